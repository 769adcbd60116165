import { execFileSync } from "node:child_process";
import { existsSync, statSync, statfsSync } from "node:fs";
import * as path from "node:path";

import { cacheRoot } from "./cache";
import { type Part, everydayParts } from "./parts";

/** The first Go that fetches the release it is asked for: https://go.dev/doc/toolchain */
const oldestGo = [1, 21] as const;

/** What building every part from nothing fills, in GB, measured on amd64. */
const fullBuild = { modules: 6, compiled: 15, finished: 1 };

const gigabyte = 1e9;

/**
 * Checks that `missing` parts can be built here.
 *
 * @throws Error that says what is wrong and what to do, when Go is missing or too old, or a disk too full
 */
export function checkPrerequisites(missing: readonly Part[]): void {
  checkGo(goVersion());
  checkDisk(missing);
}

/** What `go version` says of the installed Go, or undefined without one. */
function goVersion(): string | undefined {
  try {
    return execFileSync("go", ["version"], {
      encoding: "utf8",
      env: { ...process.env, GOTOOLCHAIN: "local" },
    });
  } catch {
    return undefined;
  }
}

/**
 * @param version - what `go version` prints, or undefined if there is no Go
 * @throws Error when it is missing or older than 1.21
 */
export function checkGo(version: string | undefined): void {
  const remedy = "Any Go from 1.21 on does, as it fetches the release that the build is pinned to.";
  if (version === undefined) throw new Error(`Go is not installed, or not on PATH. ${remedy}`);
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(version) ?? [];
  const enough =
    Number(major) > oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) >= oldestGo[1]);
  // A development version names no number; it is newer than any release.
  if (major !== undefined && !enough)
    throw new Error(`The installed Go is too old: ${version.trim()}. ${remedy}`);
}

/** Refuses to start what would fill a disk half-way through. */
function checkDisk(missing: readonly Part[]): void {
  const share = coldMinutes(missing) / coldMinutes(everydayParts);
  const [modules = "", compiled = ""] = execFileSync("go", ["env", "GOMODCACHE", "GOCACHE"], {
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  const uses = [
    { folder: modules, bytes: fullBuild.modules * share * gigabyte },
    { folder: compiled, bytes: fullBuild.compiled * share * gigabyte },
    { folder: cacheRoot(), bytes: fullBuild.finished * share * gigabyte },
  ];
  for (const device of new Set(uses.map(({ folder }) => deviceOf(folder)))) {
    const onDevice = uses.filter(({ folder }) => deviceOf(folder) === device);
    const needed = onDevice.reduce((sum, { bytes }) => sum + bytes, 0);
    const folders = onDevice.map(({ folder }) => folder);
    const { bavail, bsize } = statfsSync(existingParent(folders[0] ?? "/"));
    const free = bavail * bsize;
    // What is in Go's caches already need not be made again; it is looked at only when it matters, as it takes
    // seconds to add up.
    if (free < needed && free + usedBy(folders) < needed) throw new Error(diskMessage(folders, needed, free));
  }
}

/** @returns the message for a disk that has `free` of the `needed` bytes for `folders` */
export function diskMessage(folders: readonly string[], needed: number, free: number): string {
  const size = (bytes: number): string => `${(bytes / gigabyte).toFixed(1)} GB`;
  return (
    `The disk is too full to build the toolchain: it needs about ${size(needed)}, ${size(free)} are free. ` +
    `It is for ${folders.join(", ")}; free some space there, or move Go's caches (GOMODCACHE, GOCACHE) ` +
    "or Slipway's (SLIPWAY_CACHE) to another disk."
  );
}

/** Bytes that folders take, or 0 for those that do not exist. */
function usedBy(folders: readonly string[]): number {
  return folders
    .filter((folder) => existsSync(folder))
    .map((folder) => parseInt(execFileSync("du", ["-s", "--block-size=1", folder], { encoding: "utf8" }), 10))
    .reduce((sum, bytes) => sum + bytes, 0);
}

function deviceOf(folder: string): number {
  return statSync(existingParent(folder)).dev;
}

/** The folder itself, or its nearest parent that exists. */
function existingParent(folder: string): string {
  return existsSync(folder) ? folder : existingParent(path.dirname(folder));
}

function coldMinutes(some: readonly Part[]): number {
  return some.reduce((sum, part) => sum + part.coldMinutes, 0);
}
