import type { Hono } from "hono";
import type { Change } from "../../shared/src";
import type { Page } from "./page";
import { cartPage } from "./pages/cart";
import { noticePage } from "./pages/notice";
import type { Parts } from "./parts";
import { Visitor } from "./visitor";

/** `GET /cart`, and `POST /cart` with `product` and either `set` or `add`, a number. */
export function cartRoutes(app: Hono, { cart, catalog }: Parts, page: Page): void {
  app.get("/cart", async (c) => {
    const [priced, products] = await Promise.all([cart.priced(new Visitor(c).lines), catalog.products()]);
    return page(c, cartPage(priced, products));
  });

  app.post("/cart", async (c) => {
    const change = changeOf(await c.req.parseBody());
    // A form of ours says both; a product that is gone is the cart's matter.
    if (!change) return page(c, noticePage("no-such-page"), 404);
    const visitor = new Visitor(c);
    visitor.keep(await cart.priced(visitor.lines, change));
    return c.redirect("/cart", 303);
  });
}

function changeOf(form: Record<string, unknown>): Change | undefined {
  const { product, set, add } = form;
  if (typeof product !== "string" || !/^[a-z0-9-]{1,64}$/.test(product)) return undefined;
  if (isQuantity(set)) return { id: product, set: Number(set) };
  return isQuantity(add) ? { id: product, add: Number(add) } : undefined;
}

function isQuantity(text: unknown): boolean {
  return typeof text === "string" && /^(1?\d|20)$/.test(text);
}
