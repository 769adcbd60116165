// Nightly (`make test-long`): half an hour. Or: SEEDS=1,2 npx jest --selectProjects long --testPathPatterns kill
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { dockerKind } from "../../toolchain/recover/names";
import { type Deployment, parseDeployment } from "../../toolchain/recover/deployment";
import { lookIntoDocker } from "../../toolchain/recover/docker";
import {
  isEngine,
  isEnginesHelper,
  type Process,
  readProcess,
  runningProcesses,
} from "../../toolchain/recover/processes";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const seeds = (process.env.SEEDS ?? "1,2,3,4,5,6,7,8,9,10").split(",").map(Number);
const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }] });

/** Wall seconds of a run that nobody kills, from the start of its engine. */
const duration = { up: 0, destroy: 0 };

interface Kill {
  /** Where in the run's duration, 0 to 1. */
  readonly moment: number;
  /** Whether its plugins, its program and the make above it are killed as well. */
  readonly wholeTree: boolean;
}

/** The same for the same seed, on every machine. */
function killOf(command: string, seed: number): Kill {
  const hash = createHash("sha256").update(`${command} ${seed}`).digest();
  return { moment: hash.readUInt32BE(0) / 2 ** 32, wholeTree: (hash[4] ?? 0) % 2 === 0 };
}

const ofEnvironment = (each: Process): boolean => each.environmentDirectory === environment.directory;

/** The engine of a command that was just started. */
async function engineOf(command: "up" | "destroy"): Promise<Process> {
  const find = (): Process | undefined =>
    runningProcesses().find(
      (each) => isEngine(each) && ofEnvironment(each) && each.command.includes(command),
    );
  const deadline = Date.now() + minutes(3);
  for (;;) {
    const engine = find();
    if (engine) return engine;
    if (Date.now() > deadline) throw new Error(`no engine of ${command}`);
    await sleep(20);
  }
}

/** A process and all below it. */
function tree(root: number): number[] {
  const processes = runningProcesses();
  const below = (pid: number): number[] =>
    processes.filter(({ parent }) => parent === pid).flatMap((child) => [child.pid, ...below(child.pid)]);
  return [root, ...below(root)];
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** Starts a target and kills it; says whether there was anything left to kill. */
async function killDuring(
  target: string,
  command: "up" | "destroy",
  { moment, wholeTree }: Kill,
): Promise<boolean> {
  const make = environment.startMake(target);
  const ended = new Promise<void>((resolve) =>
    make.once("exit", () => {
      resolve();
    }),
  );
  const engine = await engineOf(command);
  await sleep(moment * duration[command] * 1000);
  const isAlive = readProcess(engine.pid) !== undefined;
  kill(wholeTree ? tree(make.pid ?? 0) : [engine.pid]);
  await ended;
  return isAlive;
}

async function make(target: string): Promise<string> {
  const { output, failed } = await environment.make(target);
  if (failed) throw new Error(`make ${target}: ${output}`);
  return output;
}

/** How long a target's engine works when nobody kills it. */
async function measured(target: string, command: "up" | "destroy"): Promise<number> {
  const running = make(target);
  const engine = await engineOf(command);
  const start = Date.now();
  while (readProcess(engine.pid)) await sleep(50);
  await running;
  return (Date.now() - start) / 1000;
}

const namesInState = ({ resources = [] }: Deployment): string[] =>
  resources
    .filter((each) => ["container", "volume", "network"].includes(dockerKind(each) ?? ""))
    .map(({ id = "" }) => id)
    .sort();

/** What Docker has of the environment, by the same ids that the state has. */
async function idsInDocker(): Promise<string[]> {
  const { containers, volumes, networks } = await lookIntoDocker();
  return [...containers, ...volumes, ...networks]
    .filter(({ name }) => name.startsWith(`slipway-${environment.name}`))
    .map(({ id }) => id)
    .sort();
}

async function expectConverged(): Promise<void> {
  const again = await environment.pulumi("up", "--yes", "--expect-no-changes");
  expect(again.failed ? again.output : "").toBe("");
  const exported = JSON.parse((await environment.pulumi("stack", "export")).output) as {
    deployment: unknown;
  };
  const deployment = parseDeployment(exported.deployment, "the exported state");
  expect(deployment.pending_operations ?? []).toEqual([]);
  expect(await idsInDocker()).toEqual(namesInState(deployment));
  expect(runningProcesses().filter((each) => ofEnvironment(each) && isEnginesHelper(each))).toEqual([]);
  const status = await eventually(
    30,
    async () => (await fetch(await environment.output("shopUrl"))).status,
    (code) => code === 200,
  );
  expect(status).toBe(200);
}

async function expectNothingLeft(): Promise<void> {
  expect(await idsInDocker()).toEqual([]);
  expect(existsSync(environment.directory)).toBe(false);
  const state = path.join(environment.directory, "..", "..", "pulumi", ".pulumi");
  const files = readdirSync(state, { recursive: true }).map(String);
  expect(files.filter((file) => /^(locks|stacks)[/].*(\.json|\.tmp)$/.test(file))).toEqual([]);
}

beforeAll(async () => {
  duration.up = await measured("up", "up");
  duration.destroy = await measured("down", "destroy");
  console.log(`environment ${environment.name}: up ${duration.up} s, destroy ${duration.destroy} s`);
}, minutes(15));

afterAll(async () => {
  if (!process.env.KEEP) await environment.make("down");
}, minutes(5));

describe.each(seeds)("seed %d", (seed) => {
  it(
    "an `up` from nothing that is killed converges when it is run again",
    async () => {
      const how = killOf("up", seed);
      const was = await killDuring("up", "up", how);
      console.log(
        `seed ${seed}: up killed after ${(how.moment * duration.up).toFixed(1)} s, alive ${was}`,
        how,
      );
      console.log(await make("up"));
      await expectConverged();
    },
    minutes(15),
  );

  it(
    "a `destroy` that is killed leaves nothing when it is run again",
    async () => {
      const how = killOf("destroy", seed);
      const was = await killDuring("down", "destroy", how);
      console.log(
        `seed ${seed}: destroy killed after ${(how.moment * duration.destroy).toFixed(1)} s, alive ${was}`,
        how,
      );
      console.log(await make("down"));
      await expectNothingLeft();
    },
    minutes(10),
  );
});
