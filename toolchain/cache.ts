import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

import { keyOf } from "./content-key";
import { kubernetesVersions } from "./kubernetes-versions";
import { type ToolchainMode, rememberedMode, requestedMode } from "./mode";
import { type Part, everydayPartsOf } from "./parts";
import { filesOf } from "./parts/files";
import { goArchitecture, toolchainDirectory } from "./places";
import { releaseOf } from "./release/releases";
import versions from "./versions.json";

export { cacheRoot, goArchitecture, toolchainDirectory } from "./places";

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

/**
 * What a part's output depends on, as 12 hexadecimal digits. No time and no absolute path goes in, so that every
 * machine computes the same.
 *
 * @param mode - default: {@link toolchainMode}
 */
export function partKey(part: Part, mode: ToolchainMode = toolchainMode()): string {
  const release = releaseFor(part, mode);
  // The addresses have the versions and the architecture in them.
  return release ? keyOf(["release", part.name, release.origins]) : sourceKey(part);
}

/** The release that a part is fetched from in this mode, or undefined if it is built from source. */
export function releaseFor(part: Part, mode: ToolchainMode): ReturnType<typeof releaseOf> {
  return mode === "release" ? releaseOf(part.name) : undefined;
}

/** The part's committed files, how it is built, the Go release and the architecture. */
function sourceKey(part: Part): string {
  const { binaries, suites, variables, links, embeds, ships } = part;
  const hash = createHash("sha256");
  hash.update(
    JSON.stringify([goEnvironment, linkerFlags(part), { binaries, suites, variables, links, embeds, ships }]),
  );
  for (const [file, place] of filesOf(part)) {
    const content = readFileSync(place);
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * Where a part's finished programs are, or will be. Needs no build: it follows from the committed files and the mode.
 *
 * @param mode - default: {@link toolchainMode}
 */
export function partDirectory(part: Part, mode: ToolchainMode = toolchainMode()): string {
  return path.join(toolchainDirectory(), `${part.name}-${partKey(part, mode)}`);
}

/**
 * Whether a part is built: its folder appears by one rename, when everything is in it.
 *
 * @param mode - default: {@link toolchainMode}
 */
export function isBuilt(part: Part, mode: ToolchainMode = toolchainMode()): boolean {
  return existsSync(partDirectory(part, mode));
}

/** Whether every part of a mode is there that environments of some Kubernetes version need. */
export function isComplete(mode: ToolchainMode): boolean {
  return kubernetesVersions.some((version) => everydayPartsOf(version).every((part) => isBuilt(part, mode)));
}

/**
 * Where the parts that this command works with come from, without asking the network: what `SLIPWAY_TOOLCHAIN` says,
 * else what the last complete set-up took, else what is built, else `source`.
 *
 * @throws Error when `SLIPWAY_TOOLCHAIN` is none of its values
 */
export function toolchainMode(): ToolchainMode {
  const requested = requestedMode();
  if (requested !== "auto") return requested;
  return rememberedMode() ?? (isComplete("release") && !isComplete("source") ? "release" : "source");
}
