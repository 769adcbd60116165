import { serviceApp } from "@slipway/service";
import type { Instance } from "@slipway/service";
import type { Hono } from "hono";
import { products } from "./products";

const productsById = new Map(products.map((product) => [product.id, product]));

/** The catalog's API: `GET /products` is `{ products: Product[] }`, `GET /products/:id` a Product or 404. */
export function catalogApp(instance: Instance): Hono {
  const app = serviceApp(instance);
  app.get("/products", (c) => c.json({ products }));
  app.get("/products/:id", (c) => {
    const product = productsById.get(c.req.param("id"));
    return product ? c.json(product) : c.json({ error: "no such product" }, 404);
  });
  app.notFound((c) => c.json({ error: "no such path" }, 404));
  app.onError((_error, c) => c.json({ error: "internal error" }, 500));
  return app;
}
