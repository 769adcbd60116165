import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Instance } from "./instance";
import { log } from "./log";
import { wholeNumber } from "./settings";
import type { Need } from "./status";

/** Requests in flight get this long to end: with the drain, well inside Kubernetes' 30 s of grace. */
const CLOSE_LIMIT_MS = 10_000;

/**
 * Longer than a load balancer keeps an idle connection (Go's default is 90 s): the side that sends requests closes it,
 * so that none is sent into a connection that is being closed.
 */
const KEEP_ALIVE_MS = 120_000;

/** So often what a service needs is asked for when it starts, and so long at most. */
const FIRST_CONTACT = { everyMs: 250, limitMs: 30_000 };

/**
 * Serves `app` until SIGTERM, then stops without failing a request, and ends the process with 0.
 *
 * It is ready once everything in `needs` has answered, or after 30 s in any case. This is about its own start: nodes
 * learn from whom a new pod may be let in only after it has begun, and requests that come before would be lost. Later
 * trouble of others does not make it unready, which would take the whole shop away when one part of it fails.
 *
 * Environment: PORT (default 8080; 0 takes a free one, the log says which) and DRAIN_MS (default 5000), the
 * time between readiness turning false and the port closing: a pod that is told to stop still gets new
 * connections until every node has heard of it.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export async function run(app: Hono, instance: Instance, needs: readonly Need[] = []): Promise<void> {
  const port = wholeNumber("PORT", 8080);
  const drainMs = wholeNumber("DRAIN_MS", 5000);
  const stop = stopSignal();
  const server = await listen(app, port);
  log(instance, { message: "listening", port: portOf(server), version: instance.version });
  void serveAfter(needs, instance);

  const signal = await stop;
  instance.phase = "draining";
  log(instance, { message: "draining", signal, ms: drainMs });
  await sleep(drainMs);
  await close(server);
  log(instance, { message: "stopped" });
  // Connections that this process keeps alive to others would hold it back for some seconds.
  process.exit(0);
}

/** Listens on every address of the host; rejects when the port is taken. */
export async function listen(app: Hono, port: number): Promise<Server> {
  const answer = getRequestListener(app.fetch);
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => void answer(request, response),
  );
  server.listen(port);
  await once(server, "listening");
  return server;
}

async function serveAfter(needs: readonly Need[], instance: Instance): Promise<void> {
  const unreached = (await Promise.all(needs.map(reached))).filter((service) => service !== undefined);
  if (instance.phase !== "starting") return;
  instance.phase = "serving";
  log(instance, {
    message: "serving",
    ...(unreached.length === 0 ? {} : { error: `not reached yet: ${unreached.join(", ")}` }),
  });
}

/** Resolves when it answers, or with its name when it did not in time. */
async function reached(need: Need): Promise<string | undefined> {
  const deadline = Date.now() + FIRST_CONTACT.limitMs;
  while (Date.now() < deadline) {
    if ((await need.status(1000)).well) return undefined;
    await sleep(FIRST_CONTACT.everyMs);
  }
  return need.service;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** SIGTERM comes from the kubelet, SIGINT from a person's terminal. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}

async function close(server: Server): Promise<void> {
  setTimeout(() => {
    server.closeAllConnections();
  }, CLOSE_LIMIT_MS).unref();
  server.close();
  await once(server, "close");
}
