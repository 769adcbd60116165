import { html } from "hono/html";
import type { Beside, Product } from "../../../shared/src";
import { imageUrl } from "./layout";
import type { Content, Html } from "./layout";
import { price, productCard } from "./product-card";

/** One product, three others that come after it in the catalog, and what the shelves have beside it. */
export function productPage(product: Product, all: readonly Product[], shelves: readonly Beside[]): Content {
  const position = all.findIndex(({ id }) => id === product.id);
  const others = [...all.slice(position + 1), ...all.slice(0, Math.max(position, 0))].slice(0, 3);
  const byId = new Map(all.map((other) => [other.id, other]));
  return {
    title: `${product.name} – Slipway Chandlery`,
    at: "shop",
    main: html`<p class="back"><a href="/">← All products</a></p>
      <article class="detail">
        <img src="${imageUrl(product.picture)}" alt="Drawing: ${product.name}" width="640" height="480" />
        <div>
          <h1>${product.name}</h1>
          <p class="lead">${product.summary}</p>
          <p class="price">${price(product.price)}</p>
          <p>${product.description}</p>
          <form method="post" action="/cart">
            <input type="hidden" name="product" value="${product.id}" />
            <button class="button" name="add" value="1">Put it into the cart</button>
          </form>
          <ul class="promises">
            <li>In the shed, ready to launch</li>
            <li>Mended free of charge for ten years</li>
            <li>Packed in paper, never in plastic</li>
          </ul>
        </div>
      </article>
      ${shelf("From the same shelf", others)}
      ${shelves.map(({ title, products }) =>
        shelf(
          title,
          products.map((id) => byId.get(id)).filter((found) => found !== undefined),
        ),
      )}`,
  };
}

function shelf(title: string, products: readonly Product[]): Html | string {
  if (products.length === 0) return "";
  return html`<section class="shelf" aria-label="${title}">
    <h2>${title}</h2>
    <ul class="grid few">
      ${products.map(productCard)}
    </ul>
  </section>`;
}
