import { setTimeout as sleep } from "node:timers/promises";

import { someOf } from "../actions/some-of";

/** What a gate waits for, and how. */
export interface GateOptions {
  /** Everything that is wrong now, one sentence each. */
  readonly problems: () => Promise<readonly string[]>;
  /** How long nothing may be wrong before the gate opens. Default 0: one look is enough. */
  readonly stableSeconds?: number;
  /** How long something may be wrong. */
  readonly timeoutSeconds: number;
  /** Takes a line when what is waited for changes. */
  readonly report: (line: string) => void;
  /** Ends the waiting when it fires, with its reason. */
  readonly signal: AbortSignal;
  /** Default 1000. */
  readonly intervalMilliseconds?: number;
}

/**
 * Waits until nothing has been wrong for a while.
 * @throws Error with all that is wrong when the time is over
 */
export async function passGate(options: GateOptions): Promise<void> {
  const {
    problems,
    stableSeconds = 0,
    timeoutSeconds,
    report,
    signal,
    intervalMilliseconds = 1000,
  } = options;
  const deadline = Date.now() + timeoutSeconds * 1000;
  let healthySince: number | undefined;
  let told = "";
  for (;;) {
    signal.throwIfAborted();
    const found = await problems();
    const now = Date.now();
    healthySince = found.length > 0 ? undefined : (healthySince ?? now);
    if (healthySince !== undefined && now - healthySince >= stableSeconds * 1000) return;
    if (found.length > 0 && now > deadline) {
      throw new Error(`not healthy after ${timeoutSeconds} s:\n  ${found.join("\n  ")}`);
    }
    const line = someOf(found);
    if (line !== "" && line !== told) report(`waiting: ${line}`);
    told = line;
    await sleep(intervalMilliseconds, undefined, { signal });
  }
}
