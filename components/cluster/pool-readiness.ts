import { setTimeout as sleep } from "node:timers/promises";

import { type BootReport, readBootReport } from "./console";
import type { Nodes } from "./nodes";

export interface PoolReadinessOptions {
  readonly pool: string;
  /** How many ready nodes it is to have. */
  readonly count: number;
  readonly nodes: Nodes;
  /** What each of its machines has printed on its console, by the name of its Node. */
  readonly readConsoles: () => Promise<ReadonlyMap<string, string>>;
  /** Told once of every change, one line each. */
  readonly report: (message: string) => void;
  readonly timeoutSeconds: number;
  /** How often to look, in milliseconds. */
  readonly intervalMilliseconds: number;
}

/** Where a pool is on its way, at one moment. */
interface PoolState {
  readonly ready: number;
  /** Of those that are no ready nodes, by name. */
  readonly boots: ReadonlyMap<string, BootReport>;
  /** Why the API or the platform does not answer; undefined when both do. */
  readonly silence?: string;
}

/**
 * Resolves when a pool whose machines come and go by themselves has enough ready nodes. Rejects with a machine's own
 * words when one gives up, and with every machine's step when the time is over.
 */
export async function poolReadiness(options: PoolReadinessOptions): Promise<void> {
  const { pool, count, report, timeoutSeconds } = options;
  const deadline = Date.now() + timeoutSeconds * 1000;
  let told = "";
  for (;;) {
    const state = await look(options);
    const line = `pool ${pool}: ${describe(state, count)}`;
    if (line !== told) report((told = line));
    if (state.ready >= count) return;
    const failed = [...state.boots].filter(([, boot]) => boot.failed);
    if (failed.length > 0) {
      throw new Error(
        failed
          .map(([machine, boot]) => `machine ${machine} of pool ${pool} failed at: ${said(boot)}`)
          .join("\n  "),
      );
    }
    if (Date.now() > deadline) {
      const steps = [...state.boots].map(
        ([machine, boot]) => `\n  machine ${machine} is still at: ${said(boot)}`,
      );
      throw new Error(
        `pool ${pool} has ${state.ready} of ${count} ready nodes after ${timeoutSeconds} s${steps.join("")}`,
      );
    }
    await sleep(options.intervalMilliseconds);
  }
}

async function look({ pool, nodes, readConsoles }: PoolReadinessOptions): Promise<PoolState> {
  try {
    const ready = (await nodes.list())
      .filter((node) => node.pool === pool && node.ready)
      .map(({ name }) => name);
    const consoles = [...(await readConsoles())].filter(([machine]) => !ready.includes(machine));
    const boots = consoles.map(([machine, text]) => [machine, readBootReport(text)] as const);
    return { ready: ready.length, boots: new Map(boots) };
  } catch (error) {
    return { ready: 0, boots: new Map(), silence: error instanceof Error ? error.message : String(error) };
  }
}

function describe({ ready, boots, silence }: PoolState, count: number): string {
  const steps = [...boots].map(([machine, { step }]) => `; ${machine}: ${step}`).sort();
  return silence ?? `${ready} of ${count} nodes are ready${ready < count ? steps.join("") : ""}`;
}

/** What a machine is at, in its own words. */
export function said({ step, log }: BootReport): string {
  return [step, ...log].join("\n    ");
}
