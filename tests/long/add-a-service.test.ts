// Nightly (`make test-clusters`): 2 minutes.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { pageBlocks } from "../support/page-blocks";
import { copyRepository } from "../support/repository-copy";
import { ShopLoad } from "../support/shop-load";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

const copy = copyRepository();
const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }] }, copy);

let url = "";

beforeAll(async () => {
  await environment.create();
  await environment.up();
  url = await environment.output("shopUrl");
  await eventually(
    30,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
}, minutes(12));

afterAll(async () => {
  await environment.destroy();
  rmSync(copy, { recursive: true });
}, minutes(5));

/** Does what the page says, in the copy. */
function followThePage(): void {
  for (const { language, purpose, code } of pageBlocks("add-a-service.md")) {
    const file = path.join(copy, purpose);
    if (language === "diff") {
      const lines = (sign: string) => code.split("\n").filter((line) => line.startsWith(sign));
      const text = (sign: string) =>
        lines(sign)
          .map((line) => line.slice(1))
          .join("\n");
      const before = readFileSync(file, "utf8");
      expect(before).toContain(text("-"));
      writeFileSync(file, before.replace(text("-"), text("+")));
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
  }
}

/** Names of the pods, without the storefront's. */
async function otherPods(): Promise<string[]> {
  const pods = await environment.kubectl("get", "pods", "-n", "shop", "-o", "name");
  return pods.split("\n").filter((pod) => !pod.startsWith("pod/storefront"));
}

async function page(location: string): Promise<string> {
  return (await fetch(url + location)).text();
}

describe("adding a service as docs/add-a-service.md says", () => {
  it(
    "brings it up without a lost request, and touches no other service's pods",
    async () => {
      const before = await otherPods();
      followThePage();
      const load = new ShopLoad(url);
      load.start();
      await environment.up();
      await load.stop();
      expect(load.lost).toEqual([]);
      expect(load.acknowledged.length).toBeGreaterThan(20);
      const after = await otherPods();
      expect(after).toEqual(expect.arrayContaining(before));
      const added = after.filter((pod) => !before.includes(pod));
      expect(added).toEqual([
        expect.stringMatching(/^pod\/recommendations-/),
        expect.stringMatching(/^pod\/recommendations-/),
      ]);
    },
    minutes(6),
  );

  it("shows it on products' pages, and on the status page with its version", async () => {
    expect(await page("products/deck-log")).toContain("<h2>For the same money</h2>");
    expect(await page("status")).toMatch(
      /Recommendations <span class="badge well">Well<\/span>[^]*?<dd>1\.0\.0<\/dd>/,
    );
  });

  it(
    "rolls changed code of another service out by an update, without a lost request",
    async () => {
      const entry = path.join(copy, "services", "catalog", "src", "main.ts");
      writeFileSync(entry, `${readFileSync(entry, "utf8")}\nconsole.log("another image");\n`);
      const load = new ShopLoad(url);
      load.start();
      const output = await environment.up();
      await load.stop();
      expect(load.lost).toEqual([]);
      expect(output).toMatch(/Deployment catalog updated/);
      expect(output).not.toMatch(/Deployment \S+ .*replac/);
    },
    minutes(6),
  );

  it("lets nobody talk to it but the storefront", async () => {
    const answer = async (service: string): Promise<string> => {
      const ask = `fetch("http://recommendations/healthz", { signal: AbortSignal.timeout(3000) })`;
      const script = `${ask}.then((r) => console.log(r.status), () => console.log("refused"))`;
      const target = ["exec", "-n", "shop", `deployment/${service}`, "--"];
      return (await environment.kubectl(...target, "node", "-e", script)).trim();
    };
    expect([await answer("storefront"), await answer("payments")]).toEqual(["200", "refused"]);
  });
});
