import { html } from "hono/html";
import type { PricedCart, PricedLine } from "../../../shared/src";
import { totals } from "./cart";
import type { Content, Html } from "./layout";
import { price } from "./product-card";

/** What the form holds already. */
export interface Checkout {
  /** The order's id, made before it is sent. */
  readonly id: string;
  readonly name: string;
  /** Why the order was not placed. */
  readonly problem?: string;
}

/** The last step before an order. */
export function checkoutPage(cart: PricedCart, { id, name, problem }: Checkout): Content {
  return {
    title: "Check out – Slipway Chandlery",
    at: "cart",
    main: html`<p class="back"><a href="/cart">← Back to the cart</a></p>
      <h1 class="page">Check out</h1>
      ${problem === undefined ? "" : html`<p class="problem" role="alert">${problem}</p>`}
      <div class="columns">
        <form method="post" action="/checkout" class="panel fields">
          <input type="hidden" name="order" value="${id}" />
          <input type="hidden" name="total" value="${cart.total.cents}" />
          <label>
            Your name
            <input name="name" value="${name}" required maxlength="80" autocomplete="name" />
          </label>
          <label>
            Card number
            <input
              name="card"
              required
              inputmode="numeric"
              autocomplete="off"
              maxlength="23"
              placeholder="4242 4242 4242 4242"
              aria-describedby="card-hint"
            />
          </label>
          <p class="hint" id="card-hint">
            No real one: <code>4242 4242 4242 4242</code> pays, <code>4000 0000 0000 0002</code> is declined.
          </p>
          <button class="button wide">Order for ${price(cart.total)}</button>
        </form>
        <aside class="panel" aria-label="What you order">${summary(cart.lines)} ${totals(cart)}</aside>
      </div>`,
  };
}

/** Lines in short. */
export function summary(lines: readonly PricedLine[]): Html {
  return html`<ul class="summary">
    ${lines.map(
      ({ name, quantity, amount }) =>
        html`<li><span>${quantity} × ${name}</span><span>${price(amount)}</span></li>`,
    )}
  </ul>`;
}
