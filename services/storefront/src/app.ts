import type { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import {
  type Beside,
  currentRequest,
  type Instance,
  log,
  ownStatus,
  readsOnly,
  RETRY_AFTER_S,
  type Shelf,
  serviceApp,
  Trouble,
} from "../../shared/src";
import { cartRoutes } from "./cart-routes";
import { checkoutRoutes } from "./checkout-routes";
import type { Page } from "./page";
import { homePage } from "./pages/home";
import { layout } from "./pages/layout";
import { noticePage, troublePage } from "./pages/notice";
import { productPage } from "./pages/product";
import { statusPage } from "./pages/status";
import type { Parts } from "./parts";
import { style } from "./style";
import { hsts, ownForms } from "./same-site";
import { Visitor } from "./visitor";

/** The shop's web pages: `/`, `/products/:id`, `/cart`, `/checkout`, `/orders`, `/status` and `/style.css`. */
export function storefrontApp(instance: Instance, parts: Parts): Hono {
  const { catalog, shelves, needs } = parts;
  const app = serviceApp(instance, { signed: false });
  app.use(
    readsOnly("POST /cart", "POST /checkout"),
    ownForms,
    hsts,
    secureHeaders({
      // Pages need our own style sheet, forms and pictures inside them; scripts are never allowed.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["data:"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      // With none at all a browser would not say of our own forms that they are ours.
      referrerPolicy: "same-origin",
      // Whether the shop has TLS is decided in front of it: same-site.ts.
      strictTransportSecurity: false,
    }),
  );

  const page: Page = (c, content, status = 200) => {
    c.header("cache-control", "no-store");
    return c.html(layout(content, instance, currentRequest()?.heard, new Visitor(c).count), status);
  };

  app.get("/", async (c) => page(c, homePage(await catalog.products())));

  app.get("/products/:id", async (c) => {
    const id = c.req.param("id");
    const [product, all, ...beside] = await Promise.all([
      catalog.product(id),
      catalog.products(),
      ...shelves.map((shelf) => besideIfWell(shelf, id, instance)),
    ]);
    if (!product) return page(c, noticePage("no-such-page"), 404);
    return page(
      c,
      productPage(
        product,
        all,
        beside.filter((content) => content !== undefined),
      ),
    );
  });

  cartRoutes(app, parts, page);
  checkoutRoutes(app, parts, page);

  app.get("/status", async (c) => page(c, statusPage(await ownStatus(instance, needs))));

  app.get("/style.css", (c) => {
    c.header("cache-control", "public, max-age=86400");
    return c.body(style, 200, { "content-type": "text/css; charset=utf-8" });
  });

  app.notFound((c) => page(c, noticePage("no-such-page"), 404));

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (!(error instanceof Trouble)) return page(c, noticePage("our-mistake"), 500);
    c.header("retry-after", String(RETRY_AFTER_S));
    return page(
      c,
      troublePage(error.service, c.req.method === "GET" ? RETRY_AFTER_S : undefined),
      error.status,
    );
  });
  return app;
}

/** A page is one without it, too. */
async function besideIfWell(shelf: Shelf, product: string, instance: Instance): Promise<Beside | undefined> {
  try {
    return await shelf.beside(product);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    log(instance, {
      message: "left a shelf out",
      request: currentRequest()?.id,
      shelf: error.service,
      error: error.message,
    });
    return undefined;
  }
}
