import { homedir } from "node:os";
import * as path from "node:path";

/** GOARCH of this machine, whose Docker daemon runs what is built: `amd64` or `arm64`. */
export const goArchitecture = process.arch === "x64" ? "amd64" : process.arch;

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
