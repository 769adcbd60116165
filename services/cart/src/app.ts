import type { Hono } from "hono";
import { apiApp, bodyOf, type Cart, cartQuestionSchema, type Instance, type Need } from "../../shared/src";

/** The cart's API: `POST /carts` with `{ lines, change? }` is a PricedCart. It keeps nothing, so it can be sent again. */
export function cartApp(instance: Instance, cart: Cart, needs: readonly Need[]): Hono {
  const app = apiApp(instance, needs);
  app.post("/carts", async (c) => {
    const { lines, change } = await bodyOf(c, cartQuestionSchema);
    return c.json(await cart.priced(lines, change));
  });
  return app;
}
