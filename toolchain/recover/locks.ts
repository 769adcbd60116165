import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";

import { isRecord } from "./deployment";
import { isEngine, type Process } from "./processes";

/**
 * What an engine writes into a lock:
 * https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/backend/diy/lock.go (lockContent)
 */
export interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When the lock was taken, in milliseconds since 1970. */
  readonly takenAt: number;
}

export type Verdict =
  /** Another run goes on. */
  | { readonly kind: "alive"; readonly holder: Process }
  /** The run that took it is over. */
  | { readonly kind: "stale"; readonly why: string }
  /** Nobody can tell from here. */
  | { readonly kind: "unknown"; readonly why: string };

/** How far the clock may have been set since a lock was taken, in milliseconds. */
const clockTolerance = 5000;

/**
 * Whether the run that took a lock still lives.
 *
 * A process id alone does not say so: ids are used again. The holder is an engine, and one that started before it
 * took the lock, or that was started for this very environment.
 *
 * @param lock - undefined for a file that was not written to its end
 * @param holder - the process that has the lock's id now, undefined when there is none; for a lock without an id,
 *   any engine that lives in the environment, as it may be writing
 * @param environmentDirectory - of the lock's stack
 */
export function judgeLock(
  lock: Lock | undefined,
  holder: Process | undefined,
  environmentDirectory: string,
  thisHost = hostname(),
): Verdict {
  if (!lock) {
    return holder
      ? { kind: "alive", holder }
      : { kind: "stale", why: "the run that took it was killed while it did" };
  }
  if (lock.hostname !== thisHost) {
    return {
      kind: "unknown",
      why: `it was taken on another machine, ${lock.hostname}, by process ${lock.pid} of ${lock.username}`,
    };
  }
  if (!holder) return { kind: "stale", why: `process ${lock.pid}, which took it, does not live` };
  if (holder.executable === undefined) {
    return {
      kind: "unknown",
      why: `process ${lock.pid} of ${lock.username} lives, and we may not look whether it is Pulumi`,
    };
  }
  const isTaker =
    holder.environmentDirectory === environmentDirectory || holder.startedAt <= lock.takenAt + clockTolerance;
  if (isEngine(holder) && isTaker) return { kind: "alive", holder };
  return {
    kind: "stale",
    why: `process ${lock.pid}, which took it, does not live; its number is now that of ${path.basename(holder.executable)}`,
  };
}

/** A lock's text; undefined for one that was never written to its end. */
export function parseLock(text: string): Lock | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { pid, username, hostname: host, timestamp } = value;
  if (typeof pid !== "number" || typeof host !== "string") return undefined;
  const takenAt = Date.parse(String(timestamp));
  return { pid, username: String(username), hostname: host, takenAt: Number.isNaN(takenAt) ? 0 : takenAt };
}

/** Every file in a stack's folder of locks, with what it says. */
export function readLocks(folder: string): { file: string; lock: Lock | undefined }[] {
  if (!existsSync(folder)) return [];
  return (
    readdirSync(folder)
      // Beside each lock, its attributes.
      .filter((name) => !name.endsWith(".attrs"))
      .map((name) => path.join(folder, name))
      .map((file) => ({ file, lock: parseLock(readFileSync(file, "utf8")) }))
  );
}

/** Removes a lock, its attributes, and what a write of it that was killed left. */
export function removeLock(file: string): void {
  rmSync(file, { force: true });
  rmSync(`${file}.attrs`, { force: true });
}
