import { html } from "hono/html";
import type { Product } from "../catalog-client";
import { imageUrl } from "./layout";
import type { Content } from "./layout";
import { price, productCard } from "./product-card";

/** One product, and three others that come after it in the catalog. */
export function productPage(product: Product, all: readonly Product[]): Content {
  const position = all.findIndex(({ id }) => id === product.id);
  const others = [...all.slice(position + 1), ...all.slice(0, Math.max(position, 0))].slice(0, 3);
  return {
    title: `${product.name} – Slipway Chandlery`,
    at: "shop",
    main: html`<p class="back"><a href="/">← All products</a></p>
      <article class="detail">
        <img src="${imageUrl(product.picture)}" alt="Drawing: ${product.name}" width="640" height="480" />
        <div>
          <h1>${product.name}</h1>
          <p class="lead">${product.summary}</p>
          <p class="price">${price(product)}</p>
          <p>${product.description}</p>
          <ul class="promises">
            <li>In the shed, ready to launch</li>
            <li>Mended free of charge for ten years</li>
            <li>Packed in paper, never in plastic</li>
          </ul>
        </div>
      </article>
      <section aria-labelledby="others">
        <h2 id="others">From the same shelf</h2>
        <ul class="grid few">
          ${others.map(productCard)}
        </ul>
      </section>`,
  };
}
