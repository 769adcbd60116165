import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { isBuilt, linkerFlags, partDirectory, partKey, toolchainDirectory } from "./cache";
import { filesBelow } from "./content-key";
import { BuildFailure } from "./failure";
import { type GoOptions, type Usage, runGo } from "./go-command";
import { withLock } from "./lock";
import { assemblePart } from "./part-folder";
import type { ModuleFile, Part } from "./parts";
import { filesOf } from "./parts/files";
import versions from "./versions.json";

/** What `build.json` in a part's folder says about how it was made. */
export interface BuildRecord extends Usage {
  part: string;
  version: string;
  key: string;
  /** Go release that compiled it. */
  go: string;
  /** Size of each program, in bytes. */
  binaries: Record<string, number>;
}

/** What a build tells while it goes on. */
export interface BuildEvents {
  /** Another process builds this part: we wait for it. */
  waiting(holder: string): void;
  /** Compiling begins. */
  building(): void;
}

/**
 * Makes sure that a part is built from source; returns how, or undefined if it was there already.
 *
 * @throws BuildFailure when a step fails
 * @throws the signal's reason when `signal` fires
 */
export async function buildPart(
  part: Part,
  events: BuildEvents,
  signal: AbortSignal,
): Promise<BuildRecord | undefined> {
  if (isBuilt(part, "source")) return undefined;
  const lock = path.join(toolchainDirectory(), "locks", part.name);
  return withLock(
    lock,
    (holder) => {
      events.waiting(holder);
    },
    async () => {
      if (isBuilt(part, "source")) return undefined;
      events.building();
      return compile(part, signal);
    },
    signal,
  );
}

/** Runs go with these arguments for the part that is being built; gives its standard output. */
export type Go = (...args: string[]) => Promise<string>;

/** Builds a part whose lock is held. */
async function compile(part: Part, signal: AbortSignal): Promise<BuildRecord> {
  const log = path.join(toolchainDirectory(), "logs", `${path.basename(partDirectory(part, "source"))}.log`);
  let step = "preparing";
  try {
    mkdirSync(path.dirname(log), { recursive: true });
    writeFileSync(log, "");
    return await assemblePart(part, "source", async (scratch, output) => {
      const source = path.join(scratch, "source");
      // A copy, so that nothing is ever written into the repository.
      for (const [file, place] of filesOf(part)) cpSync(place, path.join(source, file));
      const options: GoOptions = { directory: source, log, signal };
      const usage: Usage = { cpuSeconds: 0, wallSeconds: 0 };
      const run: Go = async (...args) => {
        step = `go ${args.join(" ")}`;
        const { stdout, cpuSeconds, wallSeconds } = await runGo(args, options);
        usage.cpuSeconds += cpuSeconds;
        usage.wallSeconds += wallSeconds;
        return stdout;
      };

      await copyFromModules(part.embeds ?? [], source, run);
      await copyFromModules(part.ships ?? [], output, run);
      for (const [binary, goPackage] of Object.entries(part.binaries)) {
        await run("build", "-ldflags", linkerFlags(part), "-o", path.join(output, binary), goPackage);
      }
      for (const [suite, goPackage] of Object.entries(part.suites ?? {})) {
        // The code is upstream's, and vetting it takes longer than compiling it.
        const settings = ["-vet=off", "-ldflags", linkerFlags(part), "-o", path.join(output, suite)];
        await run("test", "-c", ...settings, goPackage);
      }
      step = "finishing";
      for (const [link, target] of Object.entries(part.links ?? {}))
        symlinkSync(target, path.join(output, link));
      return recordOf(part, usage, output);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new BuildFailure(part.name, step, log, error);
  }
}

/**
 * Copies files and folders out of modules, at the versions that go.mod selects, checked against go.sum. In a folder, what
 * is there already stays: it is ours, in place of upstream's.
 */
export async function copyFromModules(files: readonly ModuleFile[], folder: string, go: Go): Promise<void> {
  for (const { module, file, as, set, executable } of files) {
    const { Dir: moduleFolder } = JSON.parse(await go("mod", "download", "-json", module)) as { Dir: string };
    const source = path.join(moduleFolder, file);
    if (statSync(source).isDirectory()) {
      copyFolder(source, path.join(folder, as));
      continue;
    }
    const content = readFileSync(source);
    const changed = set ? JSON.stringify({ ...(JSON.parse(content.toString()) as object), ...set }) : content;
    // The module cache keeps no executable bits.
    writeFileSync(path.join(folder, as), changed, { mode: executable ? 0o755 : 0o644 });
  }
}

/** Copies file by file: the folders of the module cache are read-only, and a copy of them would be too. */
function copyFolder(source: string, target: string): void {
  for (const file of filesBelow(source)) {
    if (existsSync(path.join(target, file))) continue;
    mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    writeFileSync(path.join(target, file), readFileSync(path.join(source, file)));
  }
}

function recordOf(part: Part, usage: Usage, output: string): BuildRecord {
  const sizes = Object.keys({ ...part.binaries, ...part.suites }).map(
    (name) => [name, statSync(path.join(output, name)).size] as const,
  );
  return {
    part: part.name,
    version: part.version,
    key: partKey(part, "source"),
    go: versions.go,
    ...usage,
    binaries: Object.fromEntries(sizes),
  };
}
