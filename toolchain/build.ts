// Builds the toolchain from its Go modules into the cache: `npx tsx toolchain/build.ts [--only part,part]`.
import { parseArgs } from "node:util";

import { buildPart } from "./build-part";
import { isBuilt, partDirectory } from "./cache";
import { type Part, parts } from "./parts";
import { checkPrerequisites } from "./preflight";
import { Progress } from "./progress";
import { assemblePulumiHome } from "./pulumi-home";

/**
 * Makes sure that the given parts are built, one after the other: two big links at once take twice as long
 * each, and as much more memory.
 *
 * @param wanted - default: every part
 * @param signal - ends the build early; everything finished stays
 * @throws Error that says what failed and what to do
 */
export async function buildToolchain(
  wanted: readonly Part[] = Object.values(parts),
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const missing = wanted.filter((part) => !isBuilt(part));
  if (missing.length > 0) checkPrerequisites(missing);
  const progress = new Progress(wanted, (line) => {
    console.log(line);
  });
  for (const part of wanted) await buildWithProgress(part, progress, signal);
}

async function buildWithProgress(part: Part, progress: Progress, signal: AbortSignal): Promise<void> {
  let stopHeartbeat: (() => void) | undefined;
  try {
    const record = await buildPart(
      part,
      {
        waiting: (holder) => {
          progress.waiting(part, holder);
        },
        building: () => {
          stopHeartbeat = progress.building(part);
        },
      },
      signal,
    );
    if (record) progress.built(part, record.wallSeconds, record.cpuSeconds);
    else progress.ready(part);
  } finally {
    stopHeartbeat?.();
  }
}

/** The parts that `--only` names, or all. */
function wantedParts(only: string | undefined): Part[] {
  const all = Object.values(parts);
  if (only === undefined) return all;
  const names = only.split(",");
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new Error(`--only: no such part: ${unknown.join(", ")}. Parts: ${Object.keys(parts).join(", ")}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interruption.abort(
        new Error(`ended by ${signal}; what was finished is kept, the rest is built next time`),
      );
    });
  }
  const wanted = wantedParts(values.only);
  await buildToolchain(wanted, interruption.signal);
  const made = values.only === undefined ? assemblePulumiHome() : wanted.map(partDirectory).join("\n");
  console.log(made);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
