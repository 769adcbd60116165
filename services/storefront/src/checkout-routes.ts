import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { money, orderRequestSchema, type Placed, RETRY_AFTER_S, Trouble, uuidSchema } from "../../shared/src";
import type { Page } from "./page";
import { checkoutPage } from "./pages/checkout";
import { emptyCartPage } from "./pages/cart";
import { noticePage } from "./pages/notice";
import { orderPage, ordersPage } from "./pages/orders";
import type { Parts } from "./parts";
import { Visitor } from "./visitor";

/**
 * `GET /checkout` asks for what an order needs, `POST /checkout` places it, `GET /orders` and `GET /orders/:id` show.
 * The form brings the order's id along: however often it is sent, it is one order.
 */
export function checkoutRoutes(app: Hono, { cart, orders }: Parts, page: Page): void {
  app.get("/checkout", async (c) => {
    const priced = await cart.priced(new Visitor(c).lines);
    if (priced.lines.length === 0) return page(c, emptyCartPage());
    return page(c, checkoutPage(priced, { id: randomUUID(), name: "" }));
  });

  app.post("/checkout", async (c) => {
    const visitor = new Visitor(c);
    const form = await c.req.parseBody();
    const { data: id } = uuidSchema.safeParse(form.order);
    const { data: request } = orderRequestSchema.safeParse({
      name: form.name,
      lines: visitor.lines,
      total: money(Number(form.total)),
      card: form.card,
    });
    if (id === undefined) return page(c, noticePage("no-such-page"), 404);
    const customer = visitor.customer ?? randomUUID();
    const placed: Placed | Trouble = request
      ? await orders.place(customer, id, request).catch(troubleOnly)
      : { refused: "Please give a name of at most 80 letters, and the number of a card." };
    // Also where it is not known whether there is an order now: sent again, it is to be the same customer's.
    if ("order" in placed || placed instanceof Trouble) visitor.remain(customer);
    if ("order" in placed) {
      visitor.keep({ lines: [] });
      return c.redirect(`/orders/${id}?thanks`, 303);
    }
    const name = typeof form.name === "string" ? form.name.slice(0, 80) : "";
    const priced = await cart.priced(visitor.lines);
    if (!(placed instanceof Trouble)) {
      return page(c, checkoutPage(priced, { id, name, problem: placed.refused }), 402);
    }
    const problem =
      "The till does not answer just now. Nothing is lost: order again in a moment, it stays one order.";
    c.header("retry-after", String(RETRY_AFTER_S));
    return page(c, checkoutPage(priced, { id, name, problem }), placed.status);
  });

  app.get("/orders", async (c) => {
    const { customer } = new Visitor(c);
    return page(c, ordersPage(customer === undefined ? [] : await orders.orders(customer)));
  });

  app.get("/orders/:id", async (c) => {
    const { customer } = new Visitor(c);
    const { data: id } = uuidSchema.safeParse(c.req.param("id"));
    const order = customer && id && (await orders.order(customer, id));
    if (!order) return page(c, noticePage("no-such-order"), 404);
    return page(c, orderPage(order, c.req.query("thanks") !== undefined));
  });
}

function troubleOnly(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  throw error;
}
