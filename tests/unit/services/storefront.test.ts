import type { RequestListener, Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { PricingCart } from "../../../services/cart/src/pricing";
import { catalogApp } from "../../../services/catalog/src/app";
import { assortment } from "../../../services/catalog/src/assortment";
import { products } from "../../../services/catalog/src/products";
import { CatalogClient, listen, type Orders, ShelfClient } from "../../../services/shared/src";
import { storefrontApp } from "../../../services/storefront/src/app";
import { captureLog, fakeServer, logged, stop, testInstance, urlOf } from "./servers";

const open: Server[] = [];

const orders: Orders = {
  place: () => Promise.resolve({ refused: "no" }),
  order: () => Promise.resolve(undefined),
  orders: () => Promise.resolve([]),
};

/** A storefront in front of the given catalog, and shelves if there are some; answers its address. */
async function storefront(catalogUrl: string, ...shelfUrls: string[]): Promise<string> {
  const catalog = new CatalogClient(catalogUrl);
  const shelves = shelfUrls.map((url) => new ShelfClient("tips", url));
  const parts = { catalog, cart: new PricingCart(catalog), orders, shelves, needs: [catalog, ...shelves] };
  const server = await listen(storefrontApp(testInstance("storefront"), parts), 0);
  open.push(server);
  return urlOf(server);
}

async function withCatalog(...shelfUrls: string[]): Promise<string> {
  const catalog = await listen(catalogApp(testInstance("catalog"), assortment), 0);
  open.push(catalog);
  return storefront(urlOf(catalog), ...shelfUrls);
}

/** In front of a catalog that answers as told; counts how often it was asked. */
async function withFake(answer: RequestListener): Promise<{ url: string; asked: () => number }> {
  let count = 0;
  const catalog = await fakeServer((request, response) => {
    count += 1;
    answer(request, response);
  });
  open.push(catalog);
  return { url: await storefront(urlOf(catalog)), asked: () => count };
}

/** An address where nobody listens. */
async function closedPort(): Promise<string> {
  const server = await fakeServer((_request, response) => response.end());
  const url = urlOf(server);
  await stop(server);
  return url;
}

beforeEach(() => {
  captureLog();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(open.splice(0).map(stop));
});

describe("with a catalog that is well", () => {
  test("shows every product with its price, and who answered", async () => {
    const response = await fetch(await withCatalog());
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
    for (const { id } of products) expect(page).toContain(`href="/products/${id}"`);
    expect(page).toContain("€54.00");
    expect(page).toContain("storefront-abc");
    expect(page).toContain("catalog-abc");
  });

  test("shows one product and three others", async () => {
    const url = await withCatalog();
    const page = await (await fetch(`${url}/products/deck-log`)).text();
    expect(page).toContain("<h1>Deck log</h1>");
    const linked = [...page.matchAll(/href="\/products\/([^"]+)"/g)].map(([, id]) => id);
    expect(linked).toEqual(["storm-lantern", "brass-compass", "manila-rope"]);
  });

  test.each(["/products/no-such-thing", "/elsewhere", "/products/..%2Fversion"])(
    "answers 404 with a page for %s",
    async (path) => {
      const response = await fetch((await withCatalog()) + path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("Nothing at this mooring");
    },
  );

  test("reports both services on the status page", async () => {
    const page = await (await fetch(`${await withCatalog()}/status`)).text();
    expect(page).toContain("All hands on deck");
    expect(page).toMatch(/answered in \d+ ms/);
  });

  test("allows no script, and serves its style sheet where the page says", async () => {
    const url = await withCatalog();
    const response = await fetch(url);
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'self';/);
    const address = /<link rel="stylesheet" href="([^"]+)"/.exec(await response.text())?.[1];
    const style = await fetch(url + String(address));
    expect(style.status).toBe(200);
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(style.headers.get("cache-control")).toBe("public, max-age=86400");
  });

  test("refuses what would change something", async () => {
    expect((await fetch(await withCatalog(), { method: "POST" })).status).toBe(405);
  });

  test("shows what a shelf has beside a product", async () => {
    const shelf = await fakeServer((_request, response) =>
      response.end(JSON.stringify({ title: "Often bought together", products: ["iron-anchor", "gone"] })),
    );
    open.push(shelf);
    const page = await (await fetch(`${await withCatalog(urlOf(shelf))}/products/deck-log`)).text();
    expect(page).toContain("<h2>Often bought together</h2>");
    expect(page.split("Often bought together").pop()).toContain('href="/products/iron-anchor"');
  });

  test("leaves a shelf out that does not answer, and says so on the status page", async () => {
    const url = await withCatalog(await closedPort());
    const response = await fetch(`${url}/products/deck-log`);
    expect(response.status).toBe(200);
    expect(await (await fetch(`${url}/status`)).text()).toContain("In trouble: Tips.");
  });
});

describe("with products that mean harm", () => {
  const evil = `<script>alert("1")</script>'&`;
  const product = {
    id: "evil",
    name: evil,
    summary: evil,
    description: evil,
    price: { cents: 5, currency: "EUR" },
    picture: `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${evil}</svg>`,
  };

  test.each(["/", "/products/evil", "/status"])("escapes every text on %s", async (path) => {
    const { url } = await withFake((request, response) => {
      response.setHeader("x-pod-name", evil);
      const status = { service: "catalog", well: true, remark: evil, needs: [] };
      const answers: Record<string, unknown> = {
        "/products": { products: [product] },
        "/products/evil": product,
      };
      response.end(JSON.stringify(answers[request.url ?? ""] ?? status));
    });
    const response = await fetch(url + path);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(page).not.toMatch(/<script|onload/i);
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;");
  });

  test.each([
    ["an id that leads elsewhere", { products: [{ ...product, id: '"//evil.example/' }] }],
    ["a price that is no number", { products: [{ ...product, price: { cents: "5", currency: "EUR" } }] }],
    ["no list", { error: "oops" }],
  ])("answers 502 to %s", async (_what, body) => {
    const { url } = await withFake((_request, response) => response.end(JSON.stringify(body)));
    const response = await fetch(url);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain("The catalog is out at sea");
  });

  test("answers 502 to what is not JSON", async () => {
    const { url } = await withFake((_request, response) => response.end("<html>"));
    expect((await fetch(url)).status).toBe(502);
  });
});

describe("with a catalog in trouble", () => {
  test.each(["/", "/products/storm-lantern"])(
    "answers %s with 503 and a page that tries again",
    async (path) => {
      const response = await fetch((await storefront(await closedPort())) + path);
      const page = await response.text();
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(page).toContain("The catalog is out at sea");
      expect(page).toContain('<meta http-equiv="refresh" content="5" />');
    },
  );

  test("stays alive and ready, and says so on the status page without an address", async () => {
    const catalogUrl = await closedPort();
    const url = await storefront(catalogUrl);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const status = await fetch(`${url}/status`);
    const page = await status.text();
    expect(status.status).toBe(200);
    expect(page).toContain("Connection failed: ECONNREFUSED");
    expect(page).not.toContain(catalogUrl.replace("http://", ""));
  });

  test("asks up to three times, and shows nothing of failures before", async () => {
    let failures = 2;
    const { url, asked } = await withFake((request, response) => {
      if (failures-- > 0) request.socket.destroy();
      else response.end('{"products":[]}');
    });
    expect((await fetch(url)).status).toBe(200);
    expect(asked()).toBe(3);
  });

  test("gives up after the third failure", async () => {
    const { url, asked } = await withFake((_request, response) => response.writeHead(500).end());
    expect((await fetch(url)).status).toBe(503);
    expect(asked()).toBe(3);
  });

  test("waits two and a half seconds for an attempt and five for all, for headers and body alike", async () => {
    const { url, asked } = await withFake((_request, response) => {
      response.write('{"products":');
    });
    const start = performance.now();
    const response = await fetch(url);
    const ms = performance.now() - start;
    expect(response.status).toBe(503);
    expect(asked()).toBe(2);
    expect(ms).toBeGreaterThan(4900);
    expect(ms).toBeLessThan(8000);
  });

  test("waits for one that is slow but in time", async () => {
    const { url, asked } = await withFake((_request, response) => {
      void sleep(1500).then(() => response.end('{"products":[]}'));
    });
    expect((await fetch(url)).status).toBe(200);
    expect(asked()).toBe(1);
  });

  test("logs the trouble with the request, without its query string", async () => {
    const url = await storefront(await closedPort());
    const lines = await logged(() => fetch(`${url}/?token=hush`));
    expect(lines).toMatchObject([{ path: "/", status: 503, error: "connection failed: ECONNREFUSED" }]);
    expect(JSON.stringify(lines)).not.toContain("hush");
  });
});

describe("a form", () => {
  /** What the storefront answers to an order that says where it comes from. */
  async function ordered(headers: Record<string, string>): Promise<Response> {
    const url = await withCatalog();
    const body = new URLSearchParams({ order: "3f2c7d1e-5a8b-4c0d-9e1f-2a3b4c5d6e7f", name: "x", card: "x" });
    const own: Record<string, string> = headers.origin === "own" ? { origin: new URL(url).origin } : {};
    return await fetch(`${url}/checkout`, { method: "POST", body, headers: { ...headers, ...own } });
  }

  test.each([
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ origin: "own" }, 402],
    [{ origin: "null", "sec-fetch-site": "same-origin" }, 402],
    [{}, 402],
  ])("that says %j is answered with %i", async (headers, status) => {
    const answer = await ordered(headers);
    expect(answer.status).toBe(status);
    // Nothing was ordered: there is no customer to remember.
    expect(answer.headers.get("set-cookie") ?? "").not.toContain("customer=");
  });
});

test("says nothing of pods and nodes in its headers, and asks for HTTPS only who came by it to a name", async () => {
  const url = await withCatalog();
  const answer = await fetch(url, { headers: { "x-forwarded-proto": "https" } });
  for (const name of ["x-pod-name", "x-node-name", "strict-transport-security"]) {
    expect(answer.headers.get(name)).toBeNull();
  }
});
