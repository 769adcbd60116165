import type { Instance } from "@slipway/service";
import { html } from "hono/html";
import type { Answerer } from "../catalog-client";
import { styleUrl } from "../style";

/** HTML whose interpolated values were escaped by `html`. */
export type Html = ReturnType<typeof html>;

/** What differs between pages. */
export interface Content {
  readonly title: string;
  /** Which entry of the menu the reader is at. */
  readonly at?: "shop" | "status";
  /** Reload after so many seconds. */
  readonly reloadS?: number;
  readonly main: Html;
}

const mark =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill="#17324a"/>' +
  '<path d="M8 24h24l-4 6H12z" fill="#d9482b"/><path d="M19 8v14H9z" fill="#fff"/><path d="M21 11l9 11h-9z" fill="#bcdfea"/></svg>';

/** A whole page: head, header, content, and a footer that says which pods answered. */
export function layout(content: Content, instance: Instance, answeredBy: Answerer | undefined): Html {
  const { title, at, reloadS, main } = content;
  const current = (entry: Content["at"]) => (entry === at ? html`aria-current="page"` : "");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${reloadS === undefined ? "" : html`<meta http-equiv="refresh" content="${reloadS}" />`}
        <meta name="description" content="Good things for boats, and for people who like to be near them." />
        <title>${title}</title>
        <link rel="icon" href="${imageUrl(mark)}" />
        <link rel="stylesheet" href="${styleUrl}" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <div class="wrap">
            <a class="brand" href="/"
              ><img src="${imageUrl(mark)}" alt="" width="40" height="40" />Slipway <span>Chandlery</span></a
            >
            <nav aria-label="Main">
              <a href="/" ${current("shop")}>Shop</a>
              <a href="/status" ${current("status")}>Status</a>
            </nav>
          </div>
        </header>
        <main id="main" class="wrap">${main}</main>
        <footer class="bottom">
          <div class="wrap">
            <p>Fair winds. This is the sample shop of Slipway: nothing here is for sale.</p>
            <dl>${answered("Storefront", instance)} ${answered("Catalog", answeredBy)}</dl>
          </div>
        </footer>
      </body>
    </html>`;
}

function answered(service: string, by: Answerer | undefined): Html {
  return html`<div>
    <dt>${service}</dt>
    <dd>
      ${by ? html`${by.version} from <code>${by.pod}</code> on <code>${by.node}</code>` : "was not heard for this page"}
    </dd>
  </div>`;
}

/** An SVG document as the address of an image. Browsers run no script in an image, whatever the document holds. */
export function imageUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
