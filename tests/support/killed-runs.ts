import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { given } from "../../toolchain/given";
import { isEngine, type Process, readProcess, runningProcesses } from "../../toolchain/recover/processes";
import type { TestEnvironment } from "./test-environment";

/** When and how a run is killed. */
export interface Kill {
  /** Where in the run's duration, 0 to 1. */
  readonly moment: number;
  /** Whether its plugins, its program and the make above it are killed as well. */
  readonly wholeTree: boolean;
}

/** Seeds of the kills of a test: `SEEDS=1,2`, or as many as it wants. */
export function seedsOf(count: number): number[] {
  const chosen = given("SEEDS");
  return chosen === undefined
    ? Array.from({ length: count }, (_, index) => index + 1)
    : chosen.split(",").map(Number);
}

/** The same for the same seed, on every machine. */
export function killOf(what: string, seed: number): Kill {
  const hash = createHash("sha256").update(`${what} ${seed}`).digest();
  return { moment: hash.readUInt32BE(0) / 2 ** 32, wholeTree: (hash[4] ?? 0) % 2 === 0 };
}

/** What Pulumi does for a target. */
type Command = "up" | "destroy";

/** Runs of one environment's targets that are killed while they work. */
export class KilledRuns {
  constructor(private readonly environment: TestEnvironment) {}

  /** Whether a process works for the environment. */
  readonly isOurs = (each: Process): boolean => each.environmentDirectory === this.environment.directory;

  /** How long a target's engine works when nobody kills it, in seconds. */
  async measured(target: string, command: Command): Promise<number> {
    const running = this.environment.succeedMake(target);
    // What goes wrong before there is an engine is said at once.
    const engine = await Promise.race([this.engineOf(command), running.then(() => undefined)]);
    if (engine === undefined) throw new Error(`make ${target} was over before its engine was seen`);
    const start = Date.now();
    while (readProcess(engine.pid)) await sleep(50);
    await running;
    return (Date.now() - start) / 1000;
  }

  /**
   * Starts a target and kills it.
   * @param duration how long its engine works otherwise, in seconds
   * @returns whether there was anything left to kill
   */
  async killDuring(
    target: string,
    command: Command,
    { moment, wholeTree }: Kill,
    duration: number,
  ): Promise<boolean> {
    const make = this.environment.startMake(target);
    const ended = new Promise<void>((resolve) =>
      make.once("exit", () => {
        resolve();
      }),
    );
    const engine = await this.engineOf(command);
    await sleep(moment * duration * 1000);
    const isAlive = readProcess(engine.pid) !== undefined;
    kill(wholeTree ? tree(make.pid ?? 0) : [engine.pid]);
    await ended;
    return isAlive;
  }

  /** The engine of a command that was just started. */
  private async engineOf(command: Command): Promise<Process> {
    const find = (): Process | undefined =>
      runningProcesses().find(
        (each) => isEngine(each) && this.isOurs(each) && each.command.includes(command),
      );
    const deadline = Date.now() + 180_000;
    for (;;) {
      const engine = find();
      if (engine) return engine;
      if (Date.now() > deadline) throw new Error(`no engine of ${command}`);
      await sleep(20);
    }
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
