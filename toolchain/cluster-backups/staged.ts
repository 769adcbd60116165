import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import type { BundledIdentity } from "./bundle";

/** A restore that was begun: the next `up` of the environment makes the cluster that was backed up. Secret. */
export interface StagedRestore {
  readonly environment: string;
  /** Which backup, for a person. */
  readonly source: string;
  /** Without a leading `v`: what the environment runs, where its settings name none. */
  readonly kubernetesVersion: string;
  readonly identity: BundledIdentity;
}

const name = "restore.json";

/** Whether a restore of an environment was begun and is not finished. @param directory - the environment's own */
export function isStaged(directory: string): boolean {
  return existsSync(path.join(directory, name));
}

/** It; undefined where there is none. */
export function stagedRestore(directory: string): StagedRestore | undefined {
  if (!isStaged(directory)) return undefined;
  return JSON.parse(readFileSync(path.join(directory, name), "utf8")) as StagedRestore;
}

/** Notes that a restore was begun. The note has keys in clear, and is gone when the cluster is there. */
export function stageRestore(directory: string, restore: StagedRestore): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(directory, name), JSON.stringify(restore), { mode: 0o600 });
}

/** Forgets it. */
export function unstageRestore(directory: string): void {
  rmSync(path.join(directory, name), { force: true });
}
