import { rmSync } from "node:fs";

import { ClusterApi } from "../../tests/support/cluster-api";
import { type LoadedRoll, missingOrders, underLoad } from "../../tests/support/loaded-roll";
import { changeMachineImage, copyRepository } from "../../tests/support/repository-copy";
import type { TestEnvironment } from "../../tests/support/test-environment";
import { isWell } from "../../tests/support/whole-environment";
import { recordedUp, wholeProgram, withEnvironment } from "../environments";
import { bootOf } from "../machines";
import { type BenchResult, comparison, figure, median } from "../measure";
import type { Recording } from "../results";
import { ApiProbe } from "./api-probe";
import { type Said, saidIn, secondsBetween } from "./said";

/** Each is upgraded to the next one. */
const versions = ["1.35.4", "1.36.3", "1.37.2"] as const;
const memory = "2Gi";

/** What one worker takes, in seconds. */
interface WorkerSeconds {
  /** From its stop until it is a ready node again. */
  readonly roll: number;
  /** From its cordon until its pods are gone. */
  readonly drain: number;
}

/**
 * What a roll costs, all of it in one run: a machine, by another image where there is one control plane; then five of them,
 * by two upgrades of Kubernetes where there are three.
 */
export async function rolls(record: Recording): Promise<BenchResult[]> {
  const worker = await rollOfOneControlPlane(record);
  return await upgrades(worker);
}

async function rollOfOneControlPlane(record: Recording): Promise<WorkerSeconds> {
  const copy = copyRepository();
  const workers = (count: number): Record<string, unknown> => ({
    pools: [{ name: "worker", count, memory }],
  });
  try {
    return await withEnvironment(copy, workers(2), async (environment) => {
      await environment.succeedMake("up");
      await isWell(environment, ["control-plane-0", "worker-0", "worker-1"]);
      changeMachineImage(copy, "measured");
      // One that is new boots in the same run, with the same image, beside the same load.
      environment.configure(workers(3));
      await environment.succeedMake("setup");
      const probe = new ApiProbe(await ClusterApi.of(environment));
      let said: readonly Said[] = [];
      const roll = await underLoad(environment, async () => {
        said = saidIn((await recordedUp(environment)).events);
        return "";
      });
      const away = await probe.end();
      await checkNothingIsLost(environment, roll);
      const measured = ["worker-0", "worker-1"].map((machine) => workerSeconds(said, machine));
      const boot = await secondsToReady(environment, said, "worker-2");
      console.log(`roll-machine: ${JSON.stringify({ measured, boot, away, lost: roll.lostPages })}`);
      const drain = median(measured.map((each) => each.drain));
      const pairs = measured.map((each) => ({ value: each.roll, reference: boot }));
      await record([
        comparison("roll-machine", "s", pairs),
        figure("roll-machine-drain", "s", drain),
        figure("single-control-plane-away", "s", away),
        figure("single-control-plane-away/lost-pages", "requests", roll.lostPages.length),
      ]);
      return { roll: median(measured.map((each) => each.roll)), drain };
    });
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function workerSeconds(said: readonly Said[], machine: string): WorkerSeconds {
  return {
    roll: secondsBetween(said, `${machine}: stopping`, `${machine}: node is ready`),
    drain: secondsBetween(said, `${machine}: draining`, `${machine}: stopping`),
  };
}

/** From the start of a machine's container. */
async function secondsToReady(
  environment: TestEnvironment,
  said: readonly Said[],
  machine: string,
): Promise<number> {
  const { startedAt } = await bootOf(environment.container(machine));
  const ready = said.find(({ text }) => text.startsWith(`${machine}: node is ready`));
  if (ready === undefined) throw new Error(`${machine} was not said to be ready`);
  return (ready.at - startedAt) / 1000;
}

async function upgrades(worker: WorkerSeconds): Promise<BenchResult[]> {
  const [first, ...next] = versions;
  const settings = (kubernetesVersion: string): Record<string, unknown> => ({
    kubernetesVersion,
    controlPlane: { count: 3, memory },
    pools: [{ name: "worker", count: 2, memory }],
  });
  return await withEnvironment(wholeProgram, settings(first), async (environment) => {
    await environment.succeedMake("up");
    const machines = ["control-plane-0", "control-plane-1", "control-plane-2", "worker-0", "worker-1"];
    await isWell(environment, machines);
    const seen: LoadedRoll[] = [];
    for (const version of next) {
      environment.configure(settings(version));
      await environment.succeedMake("setup");
      const roll = await underLoad(environment, () => environment.up());
      await isWell(environment, machines);
      await checkNothingIsLost(environment, roll);
      const lost = { pages: roll.lostPages, api: roll.writer.failed };
      console.log(`upgrade to ${version}: ${roll.seconds} s`, JSON.stringify(lost));
      seen.push(roll);
    }
    const sum = (count: (roll: LoadedRoll) => number): number =>
      seen.reduce((total, roll) => total + count(roll), 0);
    const last = seen.at(-1)?.seconds ?? Number.NaN;
    const expected = machines.length * (worker.roll + worker.drain);
    return [
      figure(
        "upgrade-lost-requests/pages",
        "requests",
        sum(({ lostPages }) => lostPages.length),
      ),
      figure(
        "upgrade-lost-requests/api",
        "requests",
        sum(({ writer }) => writer.failed.length),
      ),
      figure(
        "upgrade-lost-requests/orders-refused",
        "s",
        Math.max(...seen.map(({ customer }) => customer.longestOrderGap)),
      ),
      comparison("upgrade-3-2", "s", [{ value: last, reference: expected }]),
    ];
  });
}

/** @throws Error when an order or a write is gone that was acknowledged: no figure is worth that */
async function checkNothingIsLost(environment: TestEnvironment, roll: LoadedRoll): Promise<void> {
  const lost = [...(await missingOrders(environment, roll.customer)), ...(await roll.writer.missing())];
  if (lost.length > 0) throw new Error(`acknowledged, and lost: ${lost.join(", ")}`);
}
