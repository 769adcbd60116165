// Says what of an environment is not as the program says: `npx tsx toolchain/drift/drift.ts dev`. Exits with 2 where
// something is; with HEAL=1 in the environment it is put right, and exits with 0.
import { spawnSync } from "node:child_process";
import * as path from "node:path";

import type { Deployment } from "../recover/deployment";
import { lookIntoDocker } from "../recover/docker";
import { environmentStack } from "../recover/environment-stack";
import { planRecovery } from "../recover/plan";
import type { StateStore } from "../recover/state-store";
import { machineDrift, runningMachines } from "./machines";
import { driftOfNodes } from "./nodes";
import { objectDrift } from "./objects";
import { failCommand } from "../command";

const repository = path.join(__dirname, "..", "..");
const somethingDrifted = 2;

/** What was looked at, and what is not as it should be. */
interface Drift {
  readonly lines: readonly string[];
  /** Names of machines that are not what they were made; making them anew puts it right. */
  readonly machines: readonly string[];
  /** For a person: what was looked at. */
  readonly looked: string;
}

async function driftOf(store: StateStore, deployment: Deployment): Promise<Drift> {
  const { resources = [] } = deployment;
  const [seen, { deployment: inClear }] = await Promise.all([lookIntoDocker(), store.readWithSecrets()]);
  const [objects, machines] = await Promise.all([objectDrift(inClear, true), machineDrift(resources, seen)]);
  const running = runningMachines(resources, seen).map(([machine]) => machine);
  const nodes = objects === undefined ? [] : driftOfNodes(objects.nodes, running);
  const inDocker = planRecovery({
    ...{ verb: "preview", deployment, seen, inAws: new Map(), downHadBegun: false },
  });
  const silent = "The cluster's API does not answer: its objects cannot be looked at";
  const drifted = [...machines, ...nodes].filter(({ problems }) => problems.length > 0);
  return {
    lines: [
      ...inDocker.lines,
      ...(objects === undefined ? [silent] : objects.drift.map(({ text }) => `The ${text}`)),
      ...drifted.flatMap(({ machine, problems }) => problems.map((problem) => `On ${machine} ${problem}`)),
    ],
    machines: [...new Set(drifted.map(({ machine }) => machine))],
    looked: `${objects?.count ?? 0} objects of the cluster and ${machines.length} machines`,
  };
}

/** @throws Error when the command fails; it has said why */
function make(target: string, ...settings: string[]): void {
  const { status } = spawnSync("make", ["--no-print-directory", "-C", repository, target, ...settings], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`make ${target} failed: what had drifted is not all put right`);
}

async function main(): Promise<void> {
  const [name = "dev"] = process.argv.slice(2);
  const { store } = environmentStack(name);
  const state = await store.read();
  if (state === undefined) throw new Error(`There is no environment ${name}; make up ENV=${name} makes it`);
  const drift = await driftOf(store, state.deployment);
  for (const line of drift.lines) console.log(line);
  if (drift.lines.length === 0) {
    console.log(`Nothing has drifted in ${name}: ${drift.looked} are as the last update left them`);
    return;
  }
  if (process.env.HEAL !== "1") {
    console.log(`make drift ENV=${name} HEAL=1 puts this right`);
    process.exitCode = somethingDrifted;
    return;
  }
  // The second does all that the first does.
  if (drift.machines.length === 0) make("up", `ENV=${name}`);
  else make("replace", `ENV=${name}`, `MACHINE=${drift.machines.join(",")}`);
}

main().catch(failCommand);
