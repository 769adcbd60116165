import { serviceApp } from "@slipway/service";
import type { Instance } from "@slipway/service";
import type { Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Answerer, CatalogClient } from "./catalog-client";
import { CatalogTrouble } from "./catalog-client";
import { homePage } from "./pages/home";
import { layout } from "./pages/layout";
import type { Content } from "./pages/layout";
import { noticePage } from "./pages/notice";
import { productPage } from "./pages/product";
import { statusPage } from "./pages/status";
import { style } from "./style";

/** Seconds after which a browser, a crawler or a load balancer may ask again. */
const RETRY_AFTER_S = 5;

/** The shop's web pages: `/`, `/products/:id`, `/status` and `/style.css`. */
export function storefrontApp(instance: Instance, catalog: CatalogClient): Hono {
  const startedAt = Date.now();
  const app = serviceApp(instance);
  app.use(
    secureHeaders({
      // Pages need our own style sheet and pictures inside them; scripts are never allowed.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["data:"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Whether the shop has TLS is decided in front of it.
      strictTransportSecurity: false,
    }),
  );

  const page = (
    c: Context,
    content: Content,
    answeredBy?: Answerer,
    status: 200 | 404 | 500 | 502 | 503 = 200,
  ) => {
    c.header("cache-control", "no-store");
    return c.html(layout(content, instance, answeredBy), status);
  };

  app.get("/", async (c) => {
    const { value, by } = await catalog.products();
    return page(c, homePage(value), by);
  });

  app.get("/products/:id", async (c) => {
    const [product, all] = await Promise.all([catalog.product(c.req.param("id")), catalog.products()]);
    if (!product.value) return page(c, noticePage("no-such-page"), product.by, 404);
    return page(c, productPage(product.value, all.value), product.by);
  });

  app.get("/status", async (c) => {
    const asked = performance.now();
    const answer = await catalog.answerer().catch((error: unknown) => {
      if (error instanceof CatalogTrouble) return error;
      throw error;
    });
    const ms = Math.round(performance.now() - asked);
    const uptimeS = Math.round((Date.now() - startedAt) / 1000);
    const content = statusPage({ instance, uptimeS, catalog: answer, ms });
    return page(c, content, answer instanceof CatalogTrouble ? undefined : answer);
  });

  app.get("/style.css", (c) => {
    c.header("cache-control", "public, max-age=86400");
    return c.body(style, 200, { "content-type": "text/css; charset=utf-8" });
  });

  app.notFound((c) => page(c, noticePage("no-such-page"), undefined, 404));

  app.onError((error, c) => {
    if (!(error instanceof CatalogTrouble)) return page(c, noticePage("our-mistake"), undefined, 500);
    c.header("retry-after", String(RETRY_AFTER_S));
    return page(c, noticePage("catalog-trouble"), undefined, error.status);
  });
  return app;
}
