import type { Context, Hono } from "hono";
import {
  apiApp,
  bodyOf,
  customerHeader,
  type Instance,
  type Need,
  orderRequestSchema,
  type Orders,
  uuidSchema,
  valid,
} from "../../shared/src";

/**
 * The API; the header `x-customer` says whose orders are meant. `PUT /orders/:id` with an OrderRequest places an order
 * under an id that its client made: 200 and the Order, the same for every repetition, or 402 and `{ refused }`.
 * `GET /orders/:id` is the Order or 404, `GET /orders` is `{ orders: Order[] }`.
 */
export function ordersApp(instance: Instance, orders: Orders, needs: readonly Need[]): Hono {
  const app = apiApp(instance, needs);
  app.put("/orders/:id", async (c) => {
    const request = await bodyOf(c, orderRequestSchema);
    const placed = await orders.place(customerOf(c), valid(c.req.param("id"), uuidSchema), request);
    return "order" in placed ? c.json(placed.order) : c.json(placed, 402);
  });
  app.get("/orders/:id", async (c) => {
    const order = await orders.order(customerOf(c), valid(c.req.param("id"), uuidSchema));
    return order ? c.json(order) : c.json({ error: "no such order" }, 404);
  });
  app.get("/orders", async (c) => c.json({ orders: await orders.orders(customerOf(c)) }));
  return app;
}

function customerOf(c: Context): string {
  return valid(c.req.header(customerHeader), uuidSchema);
}
