import type { Hono } from "hono";
import { apiApp, type Catalog, type Instance, readsOnly } from "../../shared/src";

/** The catalog's API: `GET /products` is `{ products: Product[] }`, `GET /products/:id` a Product or 404. */
export function catalogApp(instance: Instance, catalog: Catalog): Hono {
  const app = apiApp(instance);
  app.use(readsOnly());
  app.get("/products", async (c) => c.json({ products: await catalog.products() }));
  app.get("/products/:id", async (c) => {
    const product = await catalog.product(c.req.param("id"));
    return product ? c.json(product) : c.json({ error: "no such product" }, 404);
  });
  return app;
}
