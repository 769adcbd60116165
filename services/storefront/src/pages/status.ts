import { html } from "hono/html";
import type { Status } from "../../../shared/src";
import { capital } from "./layout";
import type { Content, Html } from "./layout";

/** How the shop's services are, this one first. */
export function statusPage(own: Status): Content {
  const services = flat(own);
  const ill = services.filter(({ well }) => !well);
  return {
    title: "Status – Slipway Chandlery",
    at: "status",
    main: html`<section class="status">
      <h1>${ill.length === 0 ? "All hands on deck" : "Part of the shop is in trouble"}</h1>
      <p class="lead">
        ${ill.length === 0 ? "Every service answers." : html`In trouble: ${ill.map(({ service }) => capital(service)).join(", ")}.`}
        Reload, and another copy of a service may answer.
      </p>
      <div class="panels">${services.map(panel)}</div>
    </section>`,
  };
}

/** Every service once, callers before those that they call; in trouble if anybody could not reach it. */
function flat(own: Status): Status[] {
  const found = new Map<string, Status>();
  for (let level: readonly Status[] = [own]; level.length > 0; level = level.flatMap(({ needs }) => needs)) {
    for (const status of level) {
      const before = found.get(status.service);
      if (!before || (before.well && !status.well)) found.set(status.service, status);
    }
  }
  return [...found.values()];
}

function panel({ service, well, remark, version, pod, node, needs }: Status): Html {
  const facts: [string, string | undefined, boolean][] = [
    ["Version", version, false],
    ["Pod", pod, true],
    ["Node", node, true],
    ["Asks", needs.map((need) => need.service).join(", ") || undefined, false],
  ];
  return html`<section class="panel">
    <h2>
      ${capital(service)} <span class="badge ${well ? "well" : "ill"}">${well ? "Well" : "In trouble"}</span>
    </h2>
    <p>${capital(remark)}</p>
    <dl>
      ${facts.map(([name, value, isCode]) =>
        value === undefined
          ? ""
          : html`<dt>${name}</dt>
              <dd>${isCode ? html`<code>${value}</code>` : value}</dd>`,
      )}
    </dl>
  </section>`;
}
