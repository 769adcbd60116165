import type { Hono } from "hono";
import { apiApp, bodyOf, type Instance, type Payments, paymentSchema } from "../../shared/src";

/** The API: `PUT /payments/:id` with a Payment is an Authorisation, with status 402 when it is refused. */
export function paymentsApp(instance: Instance, payments: Payments): Hono {
  const app = apiApp(instance);
  app.put("/payments/:id", async (c) => {
    const authorisation = await payments.authorise(c.req.param("id"), await bodyOf(c, paymentSchema));
    return c.json(authorisation, "refused" in authorisation ? 402 : 200);
  });
  return app;
}
