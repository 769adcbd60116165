import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

import { filesBelow } from "./content-key";
import type { Part } from "./parts";
import versions from "./versions.json";

/** GOARCH of this machine, whose Docker daemon runs what is built: `amd64` or `arm64`. */
export const goArchitecture = process.arch === "x64" ? "amd64" : process.arch;

/**
 * What every Go command runs with, whatever the user's own settings are. GOTOOLCHAIN makes any Go since 1.21
 * fetch the pinned one from the module proxy: https://go.dev/doc/toolchain
 */
export const goEnvironment: Readonly<Record<string, string>> = {
  CGO_ENABLED: "0",
  GOARCH: goArchitecture,
  GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
  GOOS: "linux",
  GOTOOLCHAIN: `go${versions.go}`,
  GOWORK: "off",
};

/** Linker flags of a part: no symbol tables, and its version. */
export function linkerFlags(part: Part): string {
  const variables = Object.entries(part.variables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s", "-w", ...variables].join(" ");
}

/** Where everything that Slipway makes is kept: `$SLIPWAY_CACHE`, else `slipway` in the user's cache folder. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const { SLIPWAY_CACHE: own, XDG_CACHE_HOME: xdg } = environment;
  if (own) return path.resolve(own);
  return path.join(xdg ? path.resolve(xdg) : path.join(homedir(), ".cache"), "slipway");
}

/** Folder of all parts in the cache. */
export function toolchainDirectory(): string {
  return path.join(cacheRoot(), "toolchain");
}

/**
 * What a part's output depends on, as 12 hexadecimal digits: its committed files, how it is built, the Go
 * release and the architecture. No time and no absolute path goes in, so that every machine computes the same.
 */
export function partKey(part: Part): string {
  const { binaries, variables, links, embeds, ships } = part;
  const hash = createHash("sha256");
  hash.update(
    JSON.stringify([goEnvironment, linkerFlags(part), { binaries, variables, links, embeds, ships }]),
  );
  for (const file of filesBelow(part.source)) {
    const content = readFileSync(path.join(part.source, file));
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** Where a part's finished programs are, or will be. Needs no build: it follows from the committed files. */
export function partDirectory(part: Part): string {
  return path.join(toolchainDirectory(), `${part.name}-${partKey(part)}`);
}

/** Whether a part is built: its folder appears by one rename, when everything is in it. */
export function isBuilt(part: Part): boolean {
  return existsSync(partDirectory(part));
}
