import { html } from "hono/html";
import type { Answerer, Instance } from "../../../shared/src";
import { styleUrl } from "../style";

/** HTML whose interpolated values were escaped by `html`. */
export type Html = ReturnType<typeof html>;

/** What differs between pages. */
export interface Content {
  readonly title: string;
  /** Which entry of the menu the reader is at. */
  readonly at?: "shop" | "orders" | "cart" | "status";
  /** Reload after so many seconds. */
  readonly reloadS?: number;
  readonly main: Html;
}

const mark =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill="#17324a"/>' +
  '<path d="M8 24h24l-4 6H12z" fill="#d9482b"/><path d="M19 8v14H9z" fill="#fff"/><path d="M21 11l9 11h-9z" fill="#bcdfea"/></svg>';

/**
 * A whole page: head, header, content, and a footer that says which pods answered.
 * @param heard whom this instance asked for it
 * @param count of the things in the cart
 */
export function layout(
  content: Content,
  instance: Instance,
  heard: ReadonlyMap<string, Answerer> = new Map(),
  count = 0,
): Html {
  const { title, at, reloadS, main } = content;
  const entry = (name: Content["at"], href: string, text: string | Html) =>
    html`<a href="${href}" ${name === at ? html`aria-current="page"` : ""}>${text}</a>`;
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
              ><img src="${imageUrl(mark)}" alt="" width="40" height="40" /><span class="name">Slipway</span>
              <span class="more">Chandlery</span></a
            >
            <nav aria-label="Main">
              ${entry("shop", "/", "Shop")} ${entry("orders", "/orders", "Orders")}
              ${entry("status", "/status", "Status")}
              ${entry(
                "cart",
                "/cart",
                html`Cart${count > 0 ? html` <span class="count">${count}<span class="sr"> things</span></span>` : ""}`,
              )}
            </nav>
          </div>
        </header>
        <main id="main" class="wrap">${main}</main>
        <footer class="bottom">
          <div class="wrap">
            <p>Fair winds. This is the sample shop of Slipway: nothing here is for sale.</p>
            <dl aria-label="Who made this page">
              ${answered(instance.service, instance)}
              ${[...heard].map(([service, by]) => answered(service, by))}
            </dl>
          </div>
        </footer>
      </body>
    </html>`;
}

function answered(service: string, by: Answerer): Html {
  return html`<div>
    <dt>${capital(service)}</dt>
    <dd>${by.version} from <code>${by.pod}</code> on <code>${by.node}</code></dd>
  </div>`;
}

/** A service's name as it begins a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** An SVG document as the address of an image. Browsers run no script in an image, whatever the document holds. */
export function imageUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
