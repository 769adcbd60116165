import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type * as z from "zod/mini";
import type { Instance } from "./instance";
import { log } from "./log";
import { currentRequest, inRequest } from "./request-context";
import { type Need, type Status, statusOf } from "./status";
import { BadRequest, Trouble } from "./trouble";

/** Seconds after which a browser, a crawler or a load balancer may ask again. */
export const RETRY_AFTER_S = 5;

/** How long `GET /status` takes at most, in milliseconds, when nobody says. */
const STATUS_WITHIN_MS = 2500;

const MAX_BODY_BYTES = 64 * 1024;

/**
 * An app that answers what Kubernetes asks of every microservice; the service adds its own routes.
 *
 * - `GET /healthz`: 200 while the process works. Says nothing about other services, whose trouble a restart
 *   of this one would not mend.
 * - `GET /readyz`: 200 while it is serving: see `run`.
 * - `GET /version`: `{ service, version, pod, node }`.
 *
 * @param signed - whether each answer says in its headers which pod gave it: for other services, and not for the world
 */
export function serviceApp(instance: Instance, { signed = true } = {}): Hono {
  const app = new Hono();
  app.use(requestId, requestLog(instance), leaving(instance));
  if (signed) app.use(signature(instance));
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", (c) => (instance.phase === "serving" ? c.text("ready") : c.text(instance.phase, 503)));
  app.get("/version", (c) => {
    const { service, version, pod, node } = instance;
    return c.json({ service, version, pod, node });
  });
  return app;
}

/**
 * The same for a service that speaks JSON: `GET /status` is a Status, and errors are `{ error }`. What it needs counts
 * into its own status only as a part of it.
 */
export function apiApp(instance: Instance, needs: readonly Need[] = []): Hono {
  const app = serviceApp(instance);
  app.get("/status", async (c) => {
    const within = Number(c.req.query("within"));
    return c.json(await ownStatus(instance, needs, within > 0 ? within : STATUS_WITHIN_MS));
  });
  app.notFound((c) => c.json({ error: "no such path" }, 404));
  app.onError((error, c) => {
    if (error instanceof BadRequest) return c.json({ error: error.message }, 400);
    if (!(error instanceof Trouble)) return c.json({ error: "internal error" }, 500);
    c.header("x-trouble", error.service);
    c.header("retry-after", String(RETRY_AFTER_S));
    return c.json({ error: `${error.service}: ${error.message}` }, error.status);
  });
  return app;
}

/** How this very process is, and what it needs. */
export async function ownStatus(
  { service, version, pod, node }: Instance,
  needs: readonly Need[],
  withinMs = STATUS_WITHIN_MS,
): Promise<Status> {
  const remark = `up for ${duration(process.uptime())}`;
  return { service, well: true, remark, version, pod, node, needs: await statusOf(needs, withinMs) };
}

/** The body of a request as the schema has it. Throws BadRequest. */
export async function bodyOf<T>(c: Context, schema: z.ZodMiniType<T>): Promise<T> {
  const body: unknown = await c.req.json().catch(() => {
    throw new BadRequest("the body is not JSON");
  });
  return valid(body, schema);
}

/** What the schema makes of a value. Throws BadRequest. */
export function valid<T>(value: unknown, schema: z.ZodMiniType<T>): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const [issue] = error.issues;
  throw new BadRequest(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not valid"}`);
}

/** GET and HEAD only, and these, such as `POST /cart`; anything else is answered with 405. */
export function readsOnly(...except: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const { method, path } = c.req;
    if (method === "GET" || method === "HEAD" || except.includes(`${method} ${path}`)) return next();
    return c.text("method not allowed", 405, { allow: "GET, HEAD" });
  };
}

/** Takes the id that the request came with, if it is one. */
const requestId: MiddlewareHandler = (c, next) => {
  const given = c.req.header("x-request-id") ?? "";
  return inRequest(/^[\w-]{8,64}$/.test(given) ? given : randomUUID(), next);
};

/** One line a request. The query string stays out: it may hold what its sender did not mean for a log. */
function requestLog(instance: Instance): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const { method, path } = c.req;
    const { status } = c.res;
    if (status === 200 && ["/healthz", "/readyz", "/status"].includes(path)) return;
    const ms = Math.round((performance.now() - start) * 10) / 10;
    // Where it happened matters for a mistake of our own, not for trouble that the service foresaw.
    const error = status === 500 ? c.error?.stack : c.error?.message;
    log(instance, { request: currentRequest()?.id, method, path, status, ms, error });
  };
}

/** No connection is kept alive to one that leaves. */
function leaving(instance: Instance): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (instance.phase === "draining") c.header("connection", "close");
  };
}

/** Which copy of which version answered, on every answer. */
function signature(instance: Instance): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header("x-service-version", instance.version);
    c.header("x-pod-name", instance.pod);
    c.header("x-node-name", instance.node);
  };
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
