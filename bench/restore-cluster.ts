import { randomUUID } from "node:crypto";

import { order } from "../tests/support/shop-load";
import { eventually, type TestEnvironment } from "../tests/support/test-environment";
import { ordersMissing } from "../tests/support/whole-environment";
import { wholeProgram, withEnvironment } from "./environments";
import { type BenchResult, comparison, type Pair, secondsOf } from "./measure";

const machines = ["control-plane-0", "worker-0", "worker-1"];

/**
 * From the loss of every machine's disk until the shop answers with its orders, against an environment that is made of
 * nothing: the same one, before.
 */
export async function restoreCluster(): Promise<BenchResult[]> {
  const pair = await withEnvironment(wholeProgram, {}, measuredPair);
  console.log(`restore-cluster: ${JSON.stringify(pair)}`);
  return [comparison("restore-cluster", "s", [pair])];
}

async function measuredPair(environment: TestEnvironment): Promise<Pair> {
  const reference = await secondsOf(async () => {
    await environment.up();
    await shopAnswers(environment);
  });
  const id = randomUUID();
  const status = await order(await environment.output("shopUrl"), "ada", id);
  if (status !== 303) throw new Error(`the shop answered an order with ${status}`);
  await environment.succeedMake("backup");
  await environment.succeedMake("backup-cluster");
  await environment.docker(["rm", "--force"], ...machines);
  const value = await secondsOf(async () => {
    await environment.docker(["volume", "rm"], ...machines);
    await environment.succeedMake("restore-cluster", "YES=1");
    await environment.succeedMake("restore");
    await shopAnswers(environment);
  });
  const missing = await ordersMissing(environment, [id]);
  if (missing.length > 0) throw new Error(`the order ${id} is not there after the restore`);
  return { value, reference };
}

async function shopAnswers(environment: TestEnvironment): Promise<void> {
  await eventually(
    60,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
}
