import type { Server } from "node:http";
import { catalogApp } from "../../../services/catalog/src/app";
import { assortment } from "../../../services/catalog/src/assortment";
import { products } from "../../../services/catalog/src/products";
import { listen } from "../../../services/shared/src";
import { captureLog, logged, stop, testInstance, urlOf } from "./servers";

const instance = testInstance("catalog");
let server: Server;
let url: string;

beforeAll(async () => {
  server = await listen(catalogApp(instance, assortment), 0);
  url = urlOf(server);
  captureLog();
});
afterEach(() => {
  instance.phase = "serving";
});
afterAll(async () => {
  jest.restoreAllMocks();
  await stop(server);
});

test("lists every product in its order", async () => {
  const response = await fetch(`${url}/products`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual({ products });
});

test.each(products.map(({ id }) => id))("gives %s by its id", async (id) => {
  const response = await fetch(`${url}/products/${id}`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ id });
});

test.each(["/products/no-such-thing", "/products/", "/elsewhere", "/products/%E0%A4%A"])(
  "answers 404 with an error for %s",
  async (path) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: expect.stringMatching(/^no such (product|path)$/) as string,
    });
  },
);

test("says who it is, in /version and on every answer", async () => {
  const version = await fetch(`${url}/version`);
  expect(await version.json()).toEqual({
    service: "catalog",
    version: "1.2.3",
    pod: "catalog-abc",
    node: "pool-0",
  });
  const missing = await fetch(`${url}/elsewhere`);
  expect(missing.headers.get("x-service-version")).toBe("1.2.3");
  expect(missing.headers.get("x-pod-name")).toBe("catalog-abc");
  expect(missing.headers.get("x-node-name")).toBe("pool-0");
});

test("is alive but not ready while draining, and keeps no connection", async () => {
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  instance.phase = "draining";
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(ready.headers.get("connection")).toBe("close");
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/products`)).status).toBe(200);
});

test.each(["POST", "PUT", "DELETE", "PATCH"])("refuses %s", async (method) => {
  const response = await fetch(`${url}/products`, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, HEAD");
});

test("answers HEAD as GET, without a body", async () => {
  const response = await fetch(`${url}/products`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("");
});

test("logs one line a request, without its query string", async () => {
  const lines = await logged(() =>
    fetch(`${url}/products/nothing?token=hush`, { headers: { cookie: "hush" } }),
  );
  expect(lines).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      service: "catalog",
      pod: "catalog-abc",
      request: expect.any(String) as string,
      method: "GET",
      path: "/products/nothing",
      status: 404,
      ms: expect.any(Number) as number,
    },
  ]);
});

test("logs a probe only when it fails", async () => {
  const well = await logged(() => Promise.all([fetch(`${url}/healthz`), fetch(`${url}/readyz`)]));
  expect(well).toEqual([]);
  instance.phase = "draining";
  expect(await logged(() => fetch(`${url}/readyz`))).toMatchObject([{ path: "/readyz", status: 503 }]);
});

describe("the assortment", () => {
  test("has no id twice, and ids that need no escaping", () => {
    const ids = products.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
  });

  test("has positive prices in whole cents, and pictures that load nothing", () => {
    for (const { price, picture } of products) {
      expect(Number.isInteger(price.cents) && price.cents > 0).toBe(true);
      expect(price.currency).toMatch(/^[A-Z]{3}$/);
      expect(picture).toMatch(
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 160 120">.*<\/svg>$/s,
      );
      expect(picture).not.toMatch(/href|url\(|<script|undefined|NaN/);
    }
  });
});
