import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import type { Server } from "node:http";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fakeServer, stop, urlOf } from "./servers";

// The services as the processes that the kubelet starts and stops.
const root = path.resolve(__dirname, "../../..");
const children: ChildProcess[] = [];
const servers: Server[] = [];

function start(service: string, env: Record<string, string>) {
  const main = path.join(root, "services", service, "src/main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", main], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

/** Resolves with the first line of the log that has the message. */
async function line(child: { stdout: Readable }, message: string): Promise<Record<string, unknown>> {
  for await (const text of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(text) as Record<string, unknown>;
    if (entry.message === message) return entry;
  }
  throw new Error(`the process ended without saying "${message}"`);
}

async function startListening(service: string, env: Record<string, string>) {
  const child = start(service, env);
  const { port } = await line(child, "listening");
  // Nobody reads on, and a full pipe would stop the process.
  child.stdout.resume();
  return { child, url: `http://127.0.0.1:${String(port)}` };
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(servers.splice(0).map(stop));
});

test("on SIGTERM turns unready, still serves, ends what is in flight, and exits with 0", async () => {
  // Slow enough that its answer comes after the storefront's port is closed.
  const catalog = await fakeServer((_request, response) => {
    void sleep(900).then(() => response.end('{"products":[]}'));
  });
  servers.push(catalog);
  const { child, url } = await startListening("storefront", {
    ...{ CATALOG_URL: urlOf(catalog), CART_URL: urlOf(catalog), ORDERS_URL: urlOf(catalog) },
    DRAIN_MS: "500",
  });
  const exit = once(child, "exit");

  const asked = new Promise((resolve) => {
    catalog.on("request", ({ url: path }) => {
      if (path === "/products") resolve(undefined);
    });
  });
  const inFlight = fetch(url);
  await asked;
  child.kill("SIGTERM");
  await sleep(100);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await sleep(500);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  expect((await inFlight).status).toBe(200);
  expect(await exit).toEqual([0, null]);
}, 20_000);

test("is ready once all that it needs has answered, and not before", async () => {
  let isThere = false;
  const catalog = await fakeServer((_request, response) => {
    const status = { service: "catalog", well: true, remark: "up", needs: [] };
    if (isThere) response.end(JSON.stringify(status));
    else response.writeHead(503).end();
  });
  servers.push(catalog);
  const { url } = await startListening("cart", { CATALOG_URL: urlOf(catalog) });
  await sleep(600);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  isThere = true;
  await sleep(1000);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  // Its own readiness does not follow from others' trouble.
  isThere = false;
  await sleep(600);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
}, 20_000);

test("an idle kept-alive connection does not hold up the stop", async () => {
  const { child, url } = await startListening("catalog", { DRAIN_MS: "0" });
  const agent = new Agent({ keepAlive: true });
  const [response] = (await once(get(`${url}/products`, { agent }), "response")) as [Readable];
  await once(response.resume(), "end");
  const start = performance.now();
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(performance.now() - start).toBeLessThan(2000);
  agent.destroy();
}, 20_000);

test.each([
  ["cart", {}, 'CATALOG_URL is "", but should be like http://catalog:8080'],
  ["storefront", { CATALOG_URL: "catalog" }, 'CATALOG_URL is "catalog"'],
  ["catalog", { PORT: "tcp://10.0.0.1:80" }, 'PORT is "tcp://10.0.0.1:80", but should be a whole number'],
])(
  "a %s started with %j says what is wrong and fails",
  async (service, env, message) => {
    const child = start(service, env);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    expect(await once(child, "close")).toEqual([1, null]);
    expect(errors).toContain(message);
  },
  20_000,
);

test("a taken port is said, and fails", async () => {
  const taken = await fakeServer((_request, response) => response.end());
  servers.push(taken);
  const child = start("catalog", { PORT: new URL(urlOf(taken)).port });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(errors).toContain("EADDRINUSE");
}, 20_000);
