import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import type { PartName } from "../toolchain/parts";
import type { BenchResult } from "./measure";

/** Something that `make bench` measures in one go. */
export interface Benchmark {
  /**
   * What it is chosen by. Each of its results has one of these names, or one of them with a slash and more, as in
   * `image-size/machine`.
   */
  readonly names: readonly string[];
  /** Parts of the toolchain that it needs beside those of every environment. Default: none. */
  readonly needs?: readonly PartName[];
  /**
   * Measures, and gives its results; those that it has before it is through may be recorded at once, so that what fails
   * later takes nothing away.
   */
  readonly run: (record: Recording) => Promise<readonly BenchResult[]>;
}

/** Writes results down. Those of other names than theirs stay. */
export type Recording = (measured: readonly BenchResult[]) => Promise<void>;

const file = path.join(__dirname, "results.json");

/** The results that are written down; none when nothing has been measured yet. */
export function readResults(): BenchResult[] {
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as { results: BenchResult[] }).results;
}

export function writeResults(results: readonly BenchResult[]): void {
  writeFileSync(file, `${JSON.stringify({ results }, undefined, 2)}\n`);
}

/**
 * The benchmarks to run, in their order.
 * @param only names with commas between them; all when it is undefined or empty
 * @throws Error that says which names there are, when one is of no benchmark
 */
export function chosen(all: readonly Benchmark[], only: string | undefined): Benchmark[] {
  if (!only) return [...all];
  const wanted = only.split(",").map((name) => name.trim());
  const known = all.flatMap(({ names }) => names);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`ONLY: no such benchmark: ${unknown.join(", ")}; write some of ${known.join(",")}`);
  }
  return all.filter(({ names }) => names.some((name) => wanted.includes(name)));
}

/**
 * Old results with new ones in the place of those that a benchmark has under the same name; in the order of the
 * benchmarks. Results of which no benchmark knows go.
 */
export function merge(
  all: readonly Benchmark[],
  old: readonly BenchResult[],
  measured: readonly BenchResult[],
): BenchResult[] {
  const names = all.flatMap((benchmark) => benchmark.names);
  return names.flatMap((own) => {
    const [before, now] = [old, measured].map((results) => results.filter(({ name }) => isOf(own, name)));
    return (now?.length ? now : before) ?? [];
  });
}

function isOf(benchmark: string, result: string): boolean {
  return result === benchmark || result.startsWith(`${benchmark}/`);
}
