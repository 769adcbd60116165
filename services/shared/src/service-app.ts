import { Hono } from "hono";
import type { MiddlewareHandler } from "hono";
import type { Instance } from "./instance";
import { log } from "./log";

/**
 * An app that answers what Kubernetes asks of every microservice; the service adds its own routes.
 *
 * - `GET /healthz`: 200 while the process works. Says nothing about other services, whose trouble a restart
 *   of this one would not mend.
 * - `GET /readyz`: 200, or 503 once the instance is draining. Not about other services either: readiness that
 *   cascades takes the whole shop away when one part of it fails.
 * - `GET /version`: `{ service, version, pod, node }`.
 *
 * Only GET and HEAD are allowed; anything else is answered with 405.
 */
export function serviceApp(instance: Instance): Hono {
  const app = new Hono();
  app.use(requestLog(instance), signature(instance), readsOnly);
  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", (c) => (instance.draining ? c.text("draining", 503) : c.text("ready")));
  app.get("/version", (c) => {
    const { service, version, pod, node } = instance;
    return c.json({ service, version, pod, node });
  });
  return app;
}

/** One line a request. The query string stays out: it may hold what its sender did not mean for a log. */
function requestLog(instance: Instance): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const { method, path } = c.req;
    const { status } = c.res;
    if (status === 200 && (path === "/healthz" || path === "/readyz")) return;
    const ms = Math.round((performance.now() - start) * 10) / 10;
    // Where it happened matters for a mistake of our own, not for trouble that the service foresaw.
    const error = status === 500 ? c.error?.stack : c.error?.message;
    log(instance, { method, path, status, ms, error });
  };
}

/** Which copy of which version answered, on every answer; and no kept-alive connection to one that leaves. */
function signature(instance: Instance): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header("x-service-version", instance.version);
    c.header("x-pod-name", instance.pod);
    c.header("x-node-name", instance.node);
    if (instance.draining) c.header("connection", "close");
  };
}

const readsOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "GET" || c.req.method === "HEAD") return next();
  return c.text("method not allowed", 405, { allow: "GET, HEAD" });
};
