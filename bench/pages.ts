import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { format, resolveConfig } from "prettier";

import type { BenchResult } from "./measure";
import { resultsTable, withTable } from "./tables";

/** Pages that quote the results. */
const pages = ["README.md", "docs/performance.md"];

/** Writes the results into the pages that quote them, so that their numbers are never others. */
export async function writePages(results: readonly BenchResult[]): Promise<void> {
  for (const page of pages) {
    const file = path.join(__dirname, "..", page);
    const text = withTable(readFileSync(file, "utf8"), resultsTable(results));
    writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  }
}
