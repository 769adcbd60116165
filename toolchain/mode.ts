import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { toolchainDirectory } from "./places";

/** Where the parts come from: `source` compiles Go modules, `release` fetches what the projects publish. */
export type ToolchainMode = "source" | "release";

/**
 * What `SLIPWAY_TOOLCHAIN` asks for; `auto` without it.
 *
 * @throws Error that names the setting and its value, if that is neither `auto`, `source` nor `release`
 */
export function requestedMode(environment: NodeJS.ProcessEnv = process.env): ToolchainMode | "auto" {
  const { SLIPWAY_TOOLCHAIN: value } = environment;
  if (value === undefined || value === "" || value === "auto") return "auto";
  if (value === "source" || value === "release") return value;
  throw new Error(`SLIPWAY_TOOLCHAIN is "${value}"; write auto, source or release`);
}

/** A file that tells later commands, which must not ask the network, what the last complete set-up took. */
function modeFile(): string {
  return path.join(toolchainDirectory(), "mode");
}

/** What {@link rememberMode} kept, or undefined if there is nothing, or something else in its place. */
export function rememberedMode(): ToolchainMode | undefined {
  try {
    const kept = readFileSync(modeFile(), "utf8").trim();
    return kept === "source" || kept === "release" ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps for the commands that follow where the parts in the cache come from. */
export function rememberMode(mode: ToolchainMode): void {
  if (rememberedMode() === mode) return;
  mkdirSync(toolchainDirectory(), { recursive: true });
  // By a rename, so that whoever reads it finds a whole word.
  const scratch = `${modeFile()}.${process.pid}`;
  writeFileSync(scratch, `${mode}\n`);
  renameSync(scratch, modeFile());
}
