import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { copyRepository } from "../../tests/support/repository-copy";
import { eventually, type TestEnvironment } from "../../tests/support/test-environment";
import { withEnvironment } from "../environments";
import { type BenchResult, figure } from "../measure";
import { Load } from "./load";

/** Requests a second. */
const rate = 20;
const pools = [{ name: "worker", count: 2 }];
const service = "catalog";

/** Requests of the shop that are lost while something happens, one thing after the other in one environment. */
export async function lostRequests(): Promise<BenchResult[]> {
  const program = copyRepository();
  try {
    return await withEnvironment(program, { pools, shop: "monolith" }, async (environment) => {
      await environment.up();
      await answers(environment);
      const during = (name: string, act: () => Promise<void>): Promise<BenchResult> =>
        lostDuring(environment, name, act);
      const entry = path.join(program, "services", service, "src", "main.ts");
      const sound = readFileSync(entry, "utf8");
      return [
        await during("monolith-to-microservices", async () => {
          environment.configure({ pools, shop: "microservices" });
          await environment.up();
        }),
        await during("rollout", async () => {
          writeFileSync(entry, `${sound}\nconsole.log("another image");\n`);
          await environment.up();
        }),
        await during("failed-rollout", async () => {
          writeFileSync(entry, `setTimeout(() => process.exit(1), 500);\n`);
          const { failed, output } = await environment.pulumi("up", "--yes", "--skip-preview");
          if (!failed) throw new Error(`a service that ends at once was taken for a good one: ${output}`);
          writeFileSync(entry, sound);
          await environment.up();
        }),
        await during("pods-deleted", () => deletePods(environment)),
        await during("worker-drained", () => drainWorker(environment)),
      ];
    });
  } finally {
    rmSync(program, { recursive: true });
  }
}

async function lostDuring(
  environment: TestEnvironment,
  name: string,
  act: () => Promise<void>,
): Promise<BenchResult> {
  const load = new Load(await environment.output("shopUrl"), rate);
  await sleep(5000);
  const { answered, lost } = await act().then(
    () => load.end(),
    async (error: unknown) => {
      await load.end();
      throw error;
    },
  );
  console.log(
    `lost-requests-${name}: ${lost.length} lost, ${answered} answered ${JSON.stringify(lost.slice(0, 20))}`,
  );
  return figure(`lost-requests-${name}`, "requests", lost.length);
}

async function answers(environment: TestEnvironment): Promise<void> {
  await eventually(
    60,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
}

const shopPods = ["get", "pods", "--namespace", "shop", "--output"];

/** From 0 to below 1, the same for the same text. */
const fractionOf = (text: string): number =>
  createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;

/** Deletes a pod of any service every few seconds: at random, and in every run the same. */
async function deletePods(environment: TestEnvironment): Promise<void> {
  for (let count = 0; count < 15; count++) {
    const pods = (await environment.kubectl(...shopPods, "name", "--field-selector", "status.phase=Running"))
      .split("\n")
      // There is one database: while its pod is away, no order can be taken.
      .filter((pod) => !pod.startsWith("pod/orders-db"));
    const pod = pods[Math.floor(fractionOf(`pod ${count}`) * pods.length)] ?? "";
    await environment.kubectl("delete", "--namespace", "shop", "--wait=false", pod);
    await sleep(2000 + 2000 * fractionOf(`pause ${count}`));
  }
  await environment.kubectl(
    "wait",
    "--namespace",
    "shop",
    "--for=condition=Available",
    "deployments",
    "--all",
    "--timeout=120s",
  );
}

/** Drains the worker that does not have the database, and gives it back. */
async function drainWorker(environment: TestEnvironment): Promise<void> {
  const database = await environment.kubectl(
    ...shopPods,
    "jsonpath={.items[*].spec.nodeName}",
    "--selector",
    "app.kubernetes.io/instance=orders-db",
  );
  const worker = ["worker-0", "worker-1"].find((name) => name !== database) ?? "";
  await environment.kubectl(
    "drain",
    worker,
    "--ignore-daemonsets",
    "--delete-emptydir-data",
    "--timeout=240s",
  );
  await sleep(5000);
  await environment.kubectl("uncordon", worker);
}
