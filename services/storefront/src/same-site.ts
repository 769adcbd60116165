import type { MiddlewareHandler } from "hono";
import { csrf } from "hono/csrf";

const DAYS_365_S = 365 * 24 * 3600;

/**
 * Forms of other sites are refused, with 403: a browser says by `Origin` or `Sec-Fetch-Site` whose form it sends. What says
 * neither is no browser, and nobody's cookies come with it.
 */
export const ownForms: MiddlewareHandler = (c, next) => {
  const saysNothing = c.req.header("origin") === undefined && c.req.header("sec-fetch-site") === undefined;
  return saysNothing ? next() : ofThisSite(c, next);
};

// By its host: which protocol the browser speaks is not this program's, which is behind an ingress.
const ofThisSite = csrf({ origin: (origin, c) => hostOf(origin) === c.req.header("host") });

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * Who came by HTTPS is to come by HTTPS again. The ingress says how they came, and overwrites what a request says itself. Not
 * where the name is nobody's: a browser would want HTTPS of whatever else runs on this machine.
 */
export const hsts: MiddlewareHandler = async (c, next) => {
  await next();
  const [name = ""] = (c.req.header("host") ?? "").split(":");
  const isOwnName = name.includes(".") && !/^[\d.]+$/.test(name);
  if (isOwnName && c.req.header("x-forwarded-proto") === "https") {
    c.header("strict-transport-security", `max-age=${DAYS_365_S}`);
  }
};
