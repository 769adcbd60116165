import { html } from "hono/html";
import { maxQuantity, type PricedCart, type PricedLine, type Product } from "../../../shared/src";
import { imageUrl } from "./layout";
import type { Content, Html } from "./layout";
import { price } from "./product-card";

/** What is in the cart, how to change it, and what it costs. */
export function cartPage(cart: PricedCart, products: readonly Product[]): Content {
  if (cart.lines.length === 0) return emptyCartPage();
  const pictures = new Map(products.map(({ id, picture }) => [id, picture]));
  return {
    title: "Cart – Slipway Chandlery",
    at: "cart",
    main: html`<h1 class="page">Your cart</h1>
      <div class="columns">
        <ul class="lines">
          ${cart.lines.map((line) => lineItem(line, pictures.get(line.id) ?? ""))}
        </ul>
        <aside class="panel" aria-label="Sum">
          ${totals(cart)}
          <a class="button wide" href="/checkout">Check out</a>
          <p class="hint">${untilFree(cart)}</p>
        </aside>
      </div>`,
  };
}

export function emptyCartPage(): Content {
  return {
    title: "Cart – Slipway Chandlery",
    at: "cart",
    main: html`<section class="notice">
      <h1>Your cart is empty</h1>
      <p>
        Plenty of room for a lantern, then. It stays in this browser, so that it is here when you come back.
      </p>
      <p><a class="button" href="/">Look around</a></p>
    </section>`,
  };
}

function lineItem({ id, name, quantity, amount, price: each }: PricedLine, picture: string): Html {
  return html`<li>
    <img src="${imageUrl(picture)}" alt="" width="96" height="72" />
    <div>
      <h2><a href="/products/${id}">${name}</a></h2>
      <p>${price(each)} each</p>
    </div>
    <form method="post" action="/cart" class="quantity" aria-label="How many: ${name}">
      <input type="hidden" name="product" value="${id}" />
      <button name="set" value="${quantity - 1}" aria-label="One less of ${name}">−</button>
      <output>${quantity}</output>
      <button
        name="set"
        value="${quantity + 1}"
        aria-label="One more of ${name}"
        ${quantity >= maxQuantity ? "disabled" : ""}
      >
        +
      </button>
    </form>
    <p class="price">${price(amount)}</p>
  </li>`;
}

/** Subtotal, shipping and total. */
export function totals({
  subtotal,
  shipping,
  total,
}: Pick<PricedCart, "subtotal" | "shipping" | "total">): Html {
  return html`<dl class="totals">
    <dt>Goods</dt>
    <dd>${price(subtotal)}</dd>
    <dt>Shipping</dt>
    <dd>${shipping.cents === 0 ? "free" : price(shipping)}</dd>
    <dt>Total</dt>
    <dd>${price(total)}</dd>
  </dl>`;
}

function untilFree({ subtotal, freeFrom }: PricedCart): string {
  const missing = { ...freeFrom, cents: freeFrom.cents - subtotal.cents };
  return missing.cents > 0 ? `Another ${price(missing)}, and we ship for free.` : "We ship this for free.";
}
