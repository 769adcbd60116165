// Measures what the README quotes: `make bench`, or `make bench ONLY=kind-1-2,image-size`. Writes results.json, the
// tables of README.md and docs/performance.md, and docs/timeline.svg. All of it takes about an hour.
import { parseArgs } from "node:util";

import { buildToolchain } from "../toolchain/build";
import { parts } from "../toolchain/parts";
import { benchmarks } from "./benchmarks";
import type { BenchResult } from "./measure";
import { writePages } from "./pages";
import { chosen, merge, readResults, writeResults } from "./results";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const wanted = chosen(benchmarks, values.only);
  const needed = new Set(wanted.flatMap(({ needs = [] }) => needs));
  await buildToolchain([...needed].map((name) => parts[name]));
  for (const benchmark of wanted) {
    await record(await benchmark.run(record));
  }
}

/** After each of them: what fails later, or is interrupted, takes nothing away. */
async function record(measured: readonly BenchResult[]): Promise<void> {
  const results = merge(benchmarks, readResults(), measured);
  writeResults(results);
  await writePages(results);
  console.table(measured);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
