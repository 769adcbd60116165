import { html } from "hono/html";
import type { Money, Product } from "../../../shared/src";
import { imageUrl } from "./layout";
import type { Html } from "./layout";

/** A product in a grid: the whole card leads to its page. */
export function productCard(product: Product): Html {
  return html`<li>
    <a class="card" href="/products/${product.id}">
      <img src="${imageUrl(product.picture)}" alt="" width="160" height="120" />
      <div>
        <h3>${product.name}</h3>
        <p>${product.summary}</p>
        <p class="price">${price(product.price)}</p>
      </div>
    </a>
  </li>`;
}

/** An amount as people write it, such as `€54.00`. */
export function price({ cents, currency }: Money): string {
  return new Intl.NumberFormat("en-IE", { style: "currency", currency }).format(cents / 100);
}
