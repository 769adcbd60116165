import type { Hono } from "hono";
import {
  apiApp,
  bodyOf,
  type Instance,
  type Need,
  orderRequestSchema,
  type Orders,
  uuidSchema,
  valid,
} from "../../shared/src";

/**
 * The API. `PUT /customers/:customer/orders/:id` with an OrderRequest places an order under an id that its client made:
 * 200 and the Order, the same for every repetition, or 402 and `{ refused }`. `GET` of the same path is the Order or
 * 404, of the path without an id `{ orders: Order[] }`.
 */
export function ordersApp(instance: Instance, orders: Orders, needs: readonly Need[]): Hono {
  const app = apiApp(instance, needs);
  app.put("/customers/:customer/orders/:id", async (c) => {
    const { customer, id } = c.req.param();
    const request = await bodyOf(c, orderRequestSchema);
    const placed = await orders.place(valid(customer, uuidSchema), valid(id, uuidSchema), request);
    return "order" in placed ? c.json(placed.order) : c.json(placed, 402);
  });
  app.get("/customers/:customer/orders/:id", async (c) => {
    const { customer, id } = c.req.param();
    const order = await orders.order(valid(customer, uuidSchema), valid(id, uuidSchema));
    return order ? c.json(order) : c.json({ error: "no such order" }, 404);
  });
  app.get("/customers/:customer/orders", async (c) => {
    const customer = valid(c.req.param("customer"), uuidSchema);
    return c.json({ orders: await orders.orders(customer) });
  });
  return app;
}
