import { setTimeout as sleep } from "node:timers/promises";

import { judgeLock, readLocks, removeLock } from "./locks";
import { isEngine, orphans, type Process, readProcess, runningProcesses } from "./processes";

type Say = (line: string) => void;

/** How long a process may take to end by itself, in milliseconds. */
const grace = { total: 3000, interval: 50 };

/** A run that goes on, or may: nothing may be changed beside it. */
export class AnotherRunLives extends Error {}

/**
 * Removes the locks of runs that are over.
 *
 * @param folder - of the stack's locks
 * @returns how many there were
 * @throws AnotherRunLives when one of them is a living run's, or when nobody can tell from here
 */
export function clearLocks(folder: string, stack: string, environmentDirectory: string, say: Say): number {
  const locks = readLocks(folder);
  if (locks.length === 0) return 0;
  const writer = runningProcesses().find(
    (each) => isEngine(each) && each.environmentDirectory === environmentDirectory,
  );
  const judged = locks.map(({ file, lock }) => ({
    file,
    lock,
    verdict: judgeLock(lock, lock ? readProcess(lock.pid) : writer, environmentDirectory),
  }));
  // All before the first is removed: one that lives is enough to leave everything as it is.
  for (const { verdict } of judged) {
    if (verdict.kind === "alive") throw new AnotherRunLives(aliveMessage(stack, verdict.holder));
    if (verdict.kind === "unknown") throw new AnotherRunLives(unknownMessage(stack, verdict.why));
  }
  for (const { file, lock, verdict } of judged) {
    if (verdict.kind !== "stale") continue;
    removeLock(file);
    const since = lock ? ` of ${new Date(lock.takenAt).toISOString()}` : "";
    say(`A killed run left a lock${since}: ${verdict.why}; no other run lives, so it is removed`);
  }
  return locks.length;
}

function aliveMessage(stack: string, { pid, startedAt, command }: Process): string {
  return (
    `Another run of ${stack} goes on: process ${pid}, since ${new Date(startedAt).toISOString()}: ` +
    `${command.join(" ")}\nWait for it, or end it (kill -INT ${pid}), and run this again`
  );
}

function unknownMessage(stack: string, why: string): string {
  return (
    `${stack} is locked, and whether its run lives cannot be seen from here: ${why}.\n` +
    `When you know that it does not: eval "$(make -s environment ENV=${stack})" && pulumi cancel -s ${stack}`
  );
}

/**
 * Ends what killed engines of an environment left running. Such a plugin goes on with what it was told, beside the
 * next run, and nobody is there to hear how it ended: what it had begun is settled from the state.
 */
export async function endOrphans(environmentDirectory: string, say: Say): Promise<number> {
  const left = orphans(runningProcesses(), environmentDirectory);
  if (left.length === 0) return 0;
  const names = left.map(({ pid, executable = "" }) => `${executable.replace(/^.*[/]/, "")} (${pid})`);
  say(`A killed run left ${names.join(", ")} at work: ending ${left.length === 1 ? "it" : "them"}`);
  signalAll(left, "SIGTERM");
  const deadline = Date.now() + grace.total;
  while (left.some(isSame) && Date.now() < deadline) await sleep(grace.interval);
  signalAll(left, "SIGKILL");
  while (left.some(isSame)) await sleep(grace.interval);
  return left.length;
}

function signalAll(processes: readonly Process[], signal: NodeJS.Signals): void {
  for (const each of processes.filter(isSame)) {
    try {
      process.kill(each.pid, signal);
    } catch {
      // It ended in between.
    }
  }
}

/** Whether a process still lives, and its id has not been used again. */
function isSame({ pid, startedAt }: Process): boolean {
  const now = readProcess(pid);
  return now !== undefined && Math.abs(now.startedAt - startedAt) < 1000;
}

/** Whether any engine works in an environment now, with a lock or without. */
export function anyEngineLives(environmentDirectory: string): boolean {
  return runningProcesses().some(
    (each) => isEngine(each) && each.environmentDirectory === environmentDirectory,
  );
}
