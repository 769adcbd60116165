import { html } from "hono/html";
import type { Product } from "../../../shared/src";
import type { Content } from "./layout";
import { productCard } from "./product-card";

/** The front page: all products. */
export function homePage(products: readonly Product[]): Content {
  return {
    title: "Slipway Chandlery",
    at: "shop",
    main: html`<section class="hero">
        <h1>Good things for boats, and for people who like to be near them.</h1>
        <p>
          Made to be used, mended and handed on. ${products.length} pieces, all in the shed and ready to
          launch.
        </p>
      </section>
      <h2 class="sr">Products</h2>
      <ul class="grid">
        ${products.map(productCard)}
      </ul>`,
  };
}
