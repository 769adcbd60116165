import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { copyRepository } from "../../tests/support/repository-copy";
import { eventually, type TestEnvironment } from "../../tests/support/test-environment";
import { withEnvironment } from "../environments";
import { type BenchResult, figure } from "../measure";
import type { Recording } from "../results";
import { Load } from "../../tests/support/load";

/** Requests a second. */
const rate = 20;
const pools = [{ name: "worker", count: 2 }];
const service = "catalog";

/**
 * Requests of the shop that are lost while something happens, one thing after the other in one environment. What fails
 * leaves the results of the others alone.
 */
export async function lostRequests(record: Recording): Promise<BenchResult[]> {
  const failures: unknown[] = [];
  const program = copyRepository();
  try {
    await withEnvironment(program, { pools, shop: "monolith" }, async (environment) => {
      await environment.up();
      await answers(environment);
      const during = async (name: string, act: () => Promise<void>): Promise<void> => {
        try {
          await record([await lostDuring(environment, name, act)]);
        } catch (error) {
          failures.push(error);
        }
      };
      const entry = path.join(program, "services", service, "src", "main.ts");
      const sound = readFileSync(entry, "utf8");
      await during("monolith-to-microservices", async () => {
        environment.configure({ pools, shop: "microservices" });
        await environment.up();
      });
      await during("rollout", async () => {
        writeFileSync(entry, `${sound}\nconsole.log("another image");\n`);
        await environment.up();
      });
      await during("failed-rollout", async () => {
        writeFileSync(entry, `setTimeout(() => process.exit(1), 500);\n`);
        const { failed, output } = await environment.pulumi("up", "--yes", "--skip-preview");
        if (!failed) throw new Error(`a service that ends at once was taken for a good one: ${output}`);
        writeFileSync(entry, sound);
        await environment.up();
      });
      await during("pods-deleted", () => deletePods(environment));
      await during("worker-drained", () => drainWorker(environment));
    });
  } finally {
    rmSync(program, { recursive: true });
  }
  if (failures.length > 0) throw new AggregateError(failures, "not all of it could be measured");
  return [];
}

/** @throws Error when what was to happen failed, or the load was not what it should be: then it says nothing */
async function lostDuring(
  environment: TestEnvironment,
  name: string,
  act: () => Promise<void>,
): Promise<BenchResult> {
  const load = new Load(await environment.output("shopUrl"), rate);
  await sleep(5000);
  const [acted] = await Promise.allSettled([act()]);
  const { answered, lost, unsent, said } = await load.end();
  const counts = `lost-requests-${name}: ${lost.length} lost, ${answered} answered, ${unsent} not sent`;
  console.log(counts, JSON.stringify(lost.slice(0, 20)));
  if (lost.length > 0) console.log(await troubleIn(environment));
  if (acted.status === "rejected") throw new Error(counts, { cause: acted.reason });
  if (unsent > answered / 100) throw new Error(`k6 did not keep its rate. ${counts}. ${said}`);
  return figure(`lost-requests-${name}`, "requests", lost.length);
}

/** What the shop's own log says of requests that it could not answer, as far as its pods are still there. */
async function troubleIn(environment: TestEnvironment): Promise<string> {
  const pods = ["--namespace", "shop", "--selector", "app.kubernetes.io/part-of=shop"];
  const all = ["--prefix", "--tail", "-1", "--max-log-requests", "40"];
  const log = await environment.kubectl("logs", ...pods, ...all);
  const lines = log.split("\n").filter((line) => /"status":50[0-9]/.test(line));
  return lines.slice(-40).join("\n");
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
export async function drainWorker(environment: TestEnvironment): Promise<void> {
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
