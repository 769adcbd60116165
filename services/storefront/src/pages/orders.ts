import { html } from "hono/html";
import { type Order, sum } from "../../../shared/src";
import { totals } from "./cart";
import { summary } from "./checkout";
import type { Content, Html } from "./layout";
import { price } from "./product-card";

/** One order; with thanks when it was just placed. */
export function orderPage(order: Order, isNew: boolean): Content {
  const { id, name, lines, shipping, total, payment } = order;
  const subtotal = sum(lines.map(({ amount }) => amount));
  return {
    title: `Order ${number(order)} – Slipway Chandlery`,
    at: "orders",
    main: html`${
        isNew
          ? html`<section class="thanks" role="status">
              <h1>Thank you, ${name}.</h1>
              <p>Your order is in our book, and goes out with the tide.</p>
            </section>`
          : html`<h1 class="page">Order ${number(order)}</h1>`
      }
      <div class="columns">
        <section class="panel" aria-label="What was ordered">
          ${summary(lines)} ${totals({ subtotal, shipping, total })}
        </section>
        <aside class="panel">
          <dl class="facts">
            <dt>Order</dt>
            <dd><code title="${id}">${number(order)}</code></dd>
            <dt>Placed</dt>
            <dd>${when(order)}</dd>
            <dt>For</dt>
            <dd>${name}</dd>
            <dt>Paid by</dt>
            <dd>card •••• ${payment.lastDigits}</dd>
            <dt>Reference</dt>
            <dd><code>${payment.reference}</code></dd>
          </dl>
        </aside>
      </div>
      <p class="after">
        <a class="button" href="/">Back to the shop</a> <a class="button quiet" href="/orders">All orders</a>
      </p>`,
  };
}

/** A customer's orders. */
export function ordersPage(orders: readonly Order[]): Content {
  return {
    title: "Orders – Slipway Chandlery",
    at: "orders",
    main:
      orders.length === 0
        ? html`<section class="notice">
            <h1>No orders yet</h1>
            <p>What you order in this browser is listed here.</p>
            <p><a class="button" href="/">Look around</a></p>
          </section>`
        : html`<h1 class="page">Your orders</h1>
            <ul class="orders">
              ${orders.map(entry)}
            </ul>`,
  };
}

function entry(order: Order): Html {
  return html`<li>
    <a class="panel" href="/orders/${order.id}">
      <h2>${number(order)}</h2>
      <p>${order.lines.map(({ quantity, name }) => `${quantity} × ${name}`).join(", ")}</p>
      <p class="hint">${when(order)}</p>
      <p class="price">${price(order.total)}</p>
    </a>
  </li>`;
}

/** Short enough to be read out. */
function number({ id }: Order): string {
  return id.slice(0, 8).toUpperCase();
}

function when({ placedAt }: Order): Html {
  const text = new Intl.DateTimeFormat("en-IE", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return html`<time datetime="${placedAt}">${text.format(new Date(placedAt))} UTC</time>`;
}
