import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Instance } from "./instance";
import { log } from "./log";

/** Requests in flight get this long to end: with the drain, well inside Kubernetes' 30 s of grace. */
const CLOSE_LIMIT_MS = 10_000;

/**
 * Serves `app` until SIGTERM, then stops without failing a request, and ends the process with 0.
 *
 * Environment: PORT (default 8080; 0 takes a free one, the log says which) and DRAIN_MS (default 5000), the
 * time between readiness turning false and the port closing: a pod that is told to stop still gets new
 * connections until every node has heard of it.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export async function run(app: Hono, instance: Instance): Promise<void> {
  const port = wholeNumber("PORT", 8080);
  const drainMs = wholeNumber("DRAIN_MS", 5000);
  const stop = stopSignal();
  const server = await listen(app, port);
  log(instance, { message: "listening", port: portOf(server), version: instance.version });

  log(instance, { message: "draining", signal: await stop, ms: drainMs });
  instance.draining = true;
  await sleep(drainMs);
  await close(server);
  log(instance, { message: "stopped" });
  // Connections that this process keeps alive to others would hold it back for some seconds.
  process.exit(0);
}

/** Listens on every address of the host; rejects when the port is taken. */
export async function listen(app: Hono, port: number): Promise<Server> {
  const answer = getRequestListener(app.fetch);
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port);
  await once(server, "listening");
  return server;
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

function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text)) throw new Error(`${name} is "${text}", but should be a whole number`);
  return Number(text);
}
