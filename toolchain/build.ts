// Fills the cache with the toolchain, from source or releases:
// `npx tsx toolchain/build.ts [--environment dev] [--for tests]`, or `… --only part,part`.
import { parseArgs } from "node:util";

import { buildPart } from "./build-part";
import { isBuilt, isComplete, partDirectory, releaseFor } from "./cache";
import { type ToolchainMode, rememberMode } from "./mode";
import { allParts, type Part, everydayParts } from "./parts";
import { checkPrerequisites } from "./preflight";
import { Progress } from "./progress";
import { assemblePulumiHome } from "./pulumi-home";
import { chooseMode } from "./release/choose";
import { dropDownloads, fetchPart, whileFetchingAlone } from "./release/fetch-part";
import type { Release } from "./release/releases";
import { Web, mirrorOf } from "./release/web";
import { builtParts, demandOf, demandOptions, wantedParts } from "./wanted";
import { failCommand } from "./command";

/**
 * Makes sure that the given parts are there, one after the other: two big links at once take twice as long
 * each, and as much more memory. When every part is, the mode is kept for the commands that follow.
 *
 * @param wanted - default: every part that environments need
 * @param signal - ends it early; everything finished stays
 * @param say - takes each line of progress; default: they are printed
 * @param alsoBuilt - what else is wanted where parts are built, and not fetched; default: nothing
 * @returns where the parts are from
 * @throws Error that says what failed and what to do
 */
export async function buildToolchain(
  wanted: readonly Part[] = everydayParts,
  signal: AbortSignal = new AbortController().signal,
  say: (line: string) => void = console.log,
  alsoBuilt: readonly Part[] = [],
): Promise<ToolchainMode> {
  const web = new Web(signal, mirrorOf());
  try {
    const { mode, reason } = await chooseMode(wanted, web);
    say(`toolchain: ${mode}, ${reason}`);
    const all = mode === "source" ? [...wanted, ...alsoBuilt] : wanted;
    const missing = all.filter((part) => !isBuilt(part, mode));
    const fromSource = missing.filter((part) => !releaseFor(part, mode));
    if (fromSource.length > 0) checkPrerequisites(fromSource);
    const make = (): Promise<void> => makeParts(all, mode, web, say);
    if (mode === "source" || missing.length === 0) await make();
    else
      await whileFetchingAlone(
        (holder) => {
          say(`toolchain: waiting for process ${holder}, which fetches`);
        },
        make,
        signal,
      );
    return mode;
  } finally {
    await web.close();
  }
}

async function makeParts(
  wanted: readonly Part[],
  mode: ToolchainMode,
  web: Web,
  say: (line: string) => void,
): Promise<void> {
  const progress = new Progress(wanted, say);
  for (const part of wanted) {
    const release = releaseFor(part, mode);
    if (release) await fetchWithProgress(part, release, web, progress);
    else await buildWithProgress(part, progress, web.signal);
  }
  if (!isComplete(mode)) return;
  rememberMode(mode);
  if (mode === "release") dropDownloads();
}

async function fetchWithProgress(part: Part, release: Release, web: Web, progress: Progress): Promise<void> {
  const record = await fetchPart(part, release, web, progress.fetching(part));
  if (record) progress.fetched(part, record.wallSeconds);
  else progress.ready(part);
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

/** The parts that `--only` names. */
function partsNamed(only: string): readonly Part[] {
  const names = only.split(",");
  const known = allParts.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`--only: no such part: ${unknown.join(", ")}. Parts: ${known.join(", ")}`);
  }
  return allParts.filter(({ name }) => names.includes(name));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { ...demandOptions, only: { type: "string" } } });
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interruption.abort(
        new Error(`ended by ${signal}; what was finished is kept, the rest is made next time`),
      );
    });
  }
  const demand = values.only === undefined ? await demandOf(values) : undefined;
  const wanted = demand ? wantedParts(demand) : partsNamed(values.only ?? "");
  const alsoBuilt = demand ? builtParts(demand) : [];
  const mode = await buildToolchain(wanted, interruption.signal, console.log, alsoBuilt);
  const folders = wanted.map((part) => partDirectory(part, mode));
  const made = values.only === undefined ? assemblePulumiHome() : folders.join("\n");
  console.log(made);
}

if (require.main === module) {
  main().catch(failCommand);
}
