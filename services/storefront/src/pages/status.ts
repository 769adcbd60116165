import type { Instance } from "@slipway/service";
import { html } from "hono/html";
import { CatalogTrouble } from "../catalog-client";
import type { Answerer } from "../catalog-client";
import type { Content, Html } from "./layout";

/** What the status page shows. */
export interface Status {
  readonly instance: Instance;
  /** Seconds since this storefront started. */
  readonly uptimeS: number;
  /** The catalog's copy that answered, or why none did. */
  readonly catalog: Answerer | CatalogTrouble;
  /** How long the catalog took, in milliseconds. */
  readonly ms: number;
}

/** How the shop's services are. */
export function statusPage({ instance, uptimeS, catalog, ms }: Status): Content {
  const trouble = catalog instanceof CatalogTrouble;
  return {
    title: "Status – Slipway Chandlery",
    at: "status",
    main: html`<section class="status">
      <h1>${trouble ? "Part of the shop is in trouble" : "All hands on deck"}</h1>
      <div class="panels">
        ${panel("Storefront", true, `up for ${duration(uptimeS)}`, instance)}
        ${
          trouble
            ? panel("Catalog", false, catalog.message, undefined)
            : panel("Catalog", true, `answered in ${ms} ms`, catalog)
        }
      </div>
      <p class="hint">Reload, and another copy of a service may answer.</p>
    </section>`,
  };
}

function panel(service: string, well: boolean, remark: string, by: Answerer | undefined): Html {
  return html`<section class="panel">
    <h2>${service} <span class="badge ${well ? "well" : "ill"}">${well ? "Well" : "In trouble"}</span></h2>
    <p>${remark}</p>
    ${
      by
        ? html`<dl>
            <dt>Version</dt>
            <dd>${by.version}</dd>
            <dt>Pod</dt>
            <dd><code>${by.pod}</code></dd>
            <dt>Node</dt>
            <dd><code>${by.node}</code></dd>
          </dl>`
        : ""
    }
  </section>`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
