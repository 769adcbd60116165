import { chmodSync, linkSync, mkdirSync, rmSync, statSync } from "node:fs";
import * as path from "node:path";

import { isBuilt, partKey, toolchainDirectory } from "../cache";
import type { Usage } from "../go-command";
import { withLock } from "../lock";
import { assemblePart } from "../part-folder";
import type { Part } from "../parts";
import { goArchitecture } from "../places";
import { publishedChecksum } from "./checksum";
import { type OnBytes, download } from "./download";
import { FetchFailure, partFailure } from "./failure";
import { pullPrograms } from "./oci";
import { type Origin, type Release, programsOf } from "./releases";
import { unpack } from "./unpack";
import type { Web } from "./web";

/** Where something came from, and what it was checked against. */
export interface Source {
  /** Its official address; an image's is `registry/repository:tag@digest`. */
  from: string;
  /** Its SHA-256, as published: the file's, the archive's or the layer's. */
  sha256: string;
}

/** What `build.json` in a fetched part's folder says about how it was made. */
export interface FetchRecord extends Usage {
  part: string;
  version: string;
  key: string;
  mode: "release";
  /** Size of each program, in bytes. */
  binaries: Record<string, number>;
  /** Where each program is from. */
  sources: Record<string, Source>;
}

/** How far fetching a part is. */
export interface FetchState {
  /** What is fetched at the moment. */
  name: string;
  /** Which of the part's files it is, from 1 on. */
  number: number;
  /** How many files the part has. */
  count: number;
  /** Bytes of it that are there. */
  done: number;
  /** Bytes that it has, where the server says so. */
  total: number | undefined;
}

/** Folder for downloads, whole and cut off. Nothing in it counts. */
export function downloadsDirectory(): string {
  return path.join(toolchainDirectory(), "downloads");
}

/**
 * Runs `work` while no other process fetches: two parts may be out of one archive.
 *
 * @param waiting - told the process id of another that fetches, once, when there is one
 */
export function whileFetchingAlone<T>(
  waiting: (holder: string) => void,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return withLock(path.join(toolchainDirectory(), "locks", "release"), waiting, work, signal);
}

/**
 * Makes sure that a part is there as its project publishes it; returns where it is from, or undefined if it was there
 * already. To be called by one process at a time: {@link whileFetchingAlone}.
 *
 * @param onState - takes how far it is
 * @throws Error that says what failed and what to do
 * @throws the signal's reason when the web's signal fires
 */
export async function fetchPart(
  part: Part,
  release: Release,
  web: Web,
  onState: (state: FetchState) => void,
): Promise<FetchRecord | undefined> {
  return isBuilt(part, "release") ? undefined : assemble(part, release, web, onState);
}

/** Drops downloads, which nobody needs once every part is there. */
export function dropDownloads(): void {
  rmSync(downloadsDirectory(), { recursive: true, force: true });
}

async function assemble(
  part: Part,
  release: Release,
  web: Web,
  onState: (state: FetchState) => void,
): Promise<FetchRecord> {
  const start = { time: Date.now(), cpu: process.cpuUsage() };
  try {
    return await assemblePart(part, "release", async (_, output) => {
      const sources: Record<string, Source> = {};
      for (const [index, origin] of release.origins.entries()) {
        const name = nameOf(origin);
        const onBytes: OnBytes = (done, total) => {
          onState({ name, number: index + 1, count: release.origins.length, done, total });
        };
        Object.assign(sources, await fetchOrigin(web, origin, output, onBytes));
      }
      const { user, system } = process.cpuUsage(start.cpu);
      return {
        part: part.name,
        version: release.version,
        key: partKey(part, "release"),
        mode: "release",
        cpuSeconds: (user + system) / 1e6,
        wallSeconds: (Date.now() - start.time) / 1000,
        binaries: sizes(programsOf(release), output),
        sources,
      };
    });
  } catch (error) {
    web.signal.throwIfAborted();
    throw partFailure(part.name, error);
  }
}

/** Puts an origin's programs into a folder; gives where each is from. */
async function fetchOrigin(
  web: Web,
  origin: Origin,
  output: string,
  onBytes: OnBytes,
): Promise<Record<string, Source>> {
  const downloads = downloadsDirectory();
  if (origin.kind === "image") {
    const { from, layers } = await pullPrograms(web, origin, goArchitecture, downloads, output, onBytes);
    return Object.fromEntries(Object.entries(layers).map(([name, sha256]) => [name, { from, sha256 }]));
  }
  const { text } = await web.text(origin.checksum);
  const { url } = origin;
  const name = nameOf(origin);
  const sha256 = publishedChecksum(text.toString("utf8"), name, web.locate(origin.checksum));
  const file = await download(web, { url, name, sha256 }, downloads, onBytes);
  const source = { from: url, sha256 };
  if (origin.kind === "file") {
    const target = path.join(output, origin.as);
    mkdirSync(path.dirname(target), { recursive: true });
    linkSync(file, target);
    chmodSync(file, 0o755);
    return { [origin.as]: source };
  }
  const missing = await unpack(file, origin.members, output);
  if (missing.length > 0) {
    const paths = missing.map((member) => origin.members[member] ?? member);
    throw new FetchFailure(
      `${web.locate(url)}: ${paths.join(", ")} not in the archive`,
      "The project packs it in another way now: correct the paths in toolchain/release/releases.ts.",
    );
  }
  return Object.fromEntries(Object.keys(origin.members).map((member) => [member, source]));
}

function nameOf(origin: Origin): string {
  if (origin.kind === "image") return `${origin.repository}:${origin.tag}`;
  return path.posix.basename(new URL(origin.url).pathname);
}

function sizes(programs: readonly string[], folder: string): Record<string, number> {
  return Object.fromEntries(programs.map((name) => [name, statSync(path.join(folder, name)).size]));
}
