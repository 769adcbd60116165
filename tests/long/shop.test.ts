// Nightly (`make test-clusters`): 6 minutes.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { askDatabase, order, ShopLoad } from "../support/shop-load";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

const pools = [{ name: "worker", count: 2 }];
const all = ["control-plane-0", "worker-0", "worker-1", "load-balancer", "registry"];
const environment = new TestEnvironment({ pools, shop: "monolith" });
const customer = randomUUID();

let url = "";
/** What each `pulumi up` said. */
const outputs: string[] = [];

beforeAll(async () => {
  await environment.create();
  outputs.push(await environment.up());
  url = await environment.output("shopUrl");
  await eventually(
    30,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
}, minutes(12));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

/** A page's text, as this customer sees it. */
async function page(path: string): Promise<string> {
  const headers = { cookie: `customer=${customer}` };
  // What was sent to a machine that is gone is never answered.
  const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(10_000) });
  expect(response.status).toBe(200);
  return response.text();
}

/** Name, health and version of each service on the status page. */
async function services(): Promise<string[]> {
  const panels = [...(await page("status")).matchAll(/<section class="panel">(.*?)<\/section>/gs)];
  return panels.map(([, panel = ""]) => {
    const [, name = "", health = ""] = /<h2>(.*?) <span class="badge.*?>(.*?)<\/span>/s.exec(panel) ?? [];
    const [, version = ""] = /<dt>Version<\/dt>\s*<dd>(.*?)<\/dd>/s.exec(panel) ?? [];
    return `${name.trim()}: ${health}, ${version}`;
  });
}

/** Orders of this customer that its page of orders shows. */
async function shown(): Promise<string[]> {
  return [...(await page("orders")).matchAll(/href="\/orders\/([^"]+)"/g)].map(([, id = ""]) => id);
}

const workloads = (): Promise<string> =>
  environment.kubectl("get", "deployments,statefulsets", "-n", "shop", "-o", "name");

/** Which of these services a pod of `caller` gets a connection to. Each is found by its name in the DNS. */
async function reachable(caller: string, callees: readonly string[]): Promise<string[]> {
  const script = `
    const { lookup } = require("node:dns").promises;
    const open = async (name) => {
      const { address } = await lookup(name);
      return new Promise((resolve) => {
        const port = name === "orders-db" ? 5432 : 80;
        const socket = require("node:net").connect({ host: address, port, timeout: 3000 });
        const end = (isOpen) => { socket.destroy(); resolve(isOpen); };
        socket.on("connect", () => end(true)).on("error", () => end(false)).on("timeout", () => end(false));
      });
    };
    Promise.all(${JSON.stringify(callees)}.map(open)).then((all) => console.log(JSON.stringify(all)));`;
  const target = ["exec", "-n", "shop", `deployment/${caller}`, "--"];
  const answers = JSON.parse(await environment.kubectl(...target, "node", "-e", script)) as boolean[];
  return callees.filter((_callee, index) => answers[index]);
}

/** The same from the database's pod, which has no Node.js. */
async function reachableFromDatabase(callees: readonly string[]): Promise<string[]> {
  const script = `
    for name; do
      address=$(getent hosts "$name") || { echo "$name is unknown"; exit 1; }
      if timeout 3 bash -c "exec 3<>/dev/tcp/\${address%% *}/80" 2>/dev/null; then echo "$name"; fi
    done`;
  const target = ["exec", "-n", "shop", "orders-db-0", "--"];
  const open = await environment.kubectl(...target, "bash", "-c", script, "bash", ...callees);
  return open.split("\n").filter((name) => name !== "");
}

const placed = randomUUID();

/** Moves the shop under load, and says what was lost. */
async function move(shop: "monolith" | "microservices"): Promise<ShopLoad> {
  const load = new ShopLoad(url);
  load.start();
  await sleep(3000);
  environment.configure({ pools, shop });
  outputs.push(await environment.up());
  await sleep(5000);
  await load.stop();
  return load;
}

function expectNothingLost(load: ShopLoad): void {
  expect(load.lost).toEqual([]);
  expect(load.sent).toBeGreaterThan(200);
  expect(load.acknowledged.length).toBeGreaterThan(50);
}

async function expectEachOrderOnce({ customer: of, acknowledged }: ShopLoad): Promise<void> {
  const rows = await askDatabase(environment, `SELECT id FROM orders WHERE customer = '${of}'`);
  expect(rows.sort()).toEqual([...acknowledged].sort());
}

describe("the monolith", () => {
  it("is one program and its database", async () => {
    expect((await workloads()).split("\n")).toEqual([
      "deployment.apps/monolith",
      "statefulset.apps/orders-db",
    ]);
    expect(await services()).toEqual([
      expect.stringMatching(/^Monolith: Well, \d+\.\d+\.\d+$/),
      expect.stringMatching(/^Orders-db: Well, PostgreSQL 15\.\d+$/),
    ]);
  });

  it("takes an order, and twice the same as one", async () => {
    expect([await order(url, customer, placed), await order(url, customer, placed)]).toEqual([303, 303]);
    expect(await shown()).toEqual([placed]);
    expect(await page(`orders/${placed}`)).toContain("Storm lantern");
  });

  it(
    "becomes microservices under load without a lost request, and has every order once",
    async () => {
      const load = await move("microservices");
      expectNothingLost(load);
      await expectEachOrderOnce(load);
      expect(await shown()).toEqual([placed]);
    },
    minutes(8),
  );
});

describe("the microservices", () => {
  const names = ["cart", "catalog", "orders", "payments", "storefront"];

  it("are a program each, and nothing is left of the monolith", async () => {
    const expected = [...names.map((name) => `deployment.apps/${name}`), "statefulset.apps/orders-db"];
    // What goes answers for a while longer.
    const there = await eventually(45, workloads, (names) => !names.includes("monolith"));
    expect(there.split("\n").sort()).toEqual(expected.sort());
  });

  it("are all on the status page, with versions", async () => {
    expect((await services()).sort()).toEqual([
      "Cart: Well, 1.0.0",
      "Catalog: Well, 1.0.0",
      expect.stringMatching(/^Orders-db: Well, PostgreSQL 15\.\d+$/),
      "Orders: Well, 1.0.0",
      "Payments: Well, 1.0.0",
      "Storefront: Well, 1.0.0",
    ]);
  });

  it("pass Pod Security restricted, which is enforced, without a warning", async () => {
    // Another version of the rules makes the API server judge the pods that are there, and warn of those that break them.
    const judge = (namespace: string): Promise<string> =>
      environment.kubectl(
        ...["label", "namespace", namespace, "--overwrite", "--dry-run=server", "--warnings-as-errors"],
        ...["enforce=restricted", "enforce-version=v1.36"].map(
          (label) => `pod-security.kubernetes.io/${label}`,
        ),
      );
    await judge("shop");
    // A pod of no restrictions, whether it runs or not, shows that the judgement is one.
    await environment.kubectl("create", "namespace", "lax");
    await environment.kubectl("run", "lax", "-n", "lax", "--image", "none.invalid/none");
    await expect(judge("lax")).rejects.toThrow(/existing pods .* violate/);
    await environment.kubectl("delete", "namespace", "lax", "--wait=false");
    const labels = ["get", "namespace", "shop", "-o", "jsonpath={.metadata.labels}"];
    expect(JSON.parse(await environment.kubectl(...labels))).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
    });
    expect(outputs.join()).not.toContain("PodSecurity");
  });

  it("may reach those that they call, and nobody else; all can ask the DNS", async () => {
    const calls: Record<string, string[]> = {
      ...{ storefront: ["catalog", "cart", "orders"], cart: ["catalog"], catalog: [], payments: [] },
      orders: ["cart", "payments", "orders-db"],
    };
    const callees = [...names, "orders-db"];
    for (const [caller, allowed] of Object.entries(calls)) {
      const expected = callees.filter((callee) => callee !== caller);
      expect([caller, await reachable(caller, expected)]).toEqual([
        caller,
        expected.filter((name) => allowed.includes(name)),
      ]);
    }
    expect(await reachableFromDatabase(names)).toEqual([]);
  });

  it(
    "become a monolith again under load, with nothing lost",
    async () => {
      const load = await move("monolith");
      expectNothingLost(load);
      await expectEachOrderOnce(load);
      environment.configure({ pools, shop: "microservices" });
      await environment.up();
    },
    minutes(10),
  );
});

describe("the orders' database", () => {
  const showsTheOrder = (): Promise<string[]> =>
    eventually(
      180,
      () => shown().catch((): string[] => []),
      (ids) => ids.includes(placed),
    );

  it(
    "survives its pod",
    async () => {
      await environment.kubectl("delete", "pod", "-n", "shop", "orders-db-0");
      await showsTheOrder();
    },
    minutes(4),
  );

  it(
    "survives its node",
    async () => {
      const node = await environment.kubectl(
        ...["get", "pod", "-n", "shop", "orders-db-0", "-o", "jsonpath={.spec.nodeName}"],
      );
      await environment.docker(["restart"], node);
      await showsTheOrder();
    },
    minutes(5),
  );

  it(
    "survives a restart of the whole environment",
    async () => {
      await environment.docker(["stop"], ...all);
      await environment.docker(["start"], ...all);
      await showsTheOrder();
      const again = randomUUID();
      expect(await order(url, customer, again)).toBe(303);
      expect((await shown()).sort()).toEqual([placed, again].sort());
    },
    minutes(6),
  );
});
