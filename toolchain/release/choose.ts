import { isBuilt, isComplete, releaseFor } from "../cache";
import { type ToolchainMode, rememberedMode, requestedMode } from "../mode";
import type { Part } from "../parts";
import { rootCause } from "./failure";
import type { Origin } from "./releases";
import type { Web } from "./web";

/** How long a host may take to say that it is there, in milliseconds. */
const probeTimeout = 3000;

/** Where parts are taken from, and why, for its reader. */
export interface Choice {
  mode: ToolchainMode;
  reason: string;
}

/**
 * Where the wanted parts are taken from: what `SLIPWAY_TOOLCHAIN` says; with `auto` what is in the cache already, or what
 * a complete set-up took, which parts on demand follow; else their releases if everything of them answers, else their
 * source. The network is asked only if something is missing.
 *
 * @throws Error when `SLIPWAY_TOOLCHAIN` is none of its values
 */
export async function chooseMode(wanted: readonly Part[], web: Web): Promise<Choice> {
  const requested = requestedMode();
  if (requested !== "auto") return { mode: requested, reason: "as SLIPWAY_TOOLCHAIN says" };
  const remembered = rememberedMode();
  const orders: readonly (ToolchainMode | undefined)[] = [remembered, "source", "release"];
  for (const mode of orders) {
    if (mode && wanted.every((part) => isBuilt(part, mode)))
      return { mode, reason: "which is in the cache already" };
  }
  // The commands that follow go by what is remembered, and so would not find a part that was taken from elsewhere.
  if (remembered && isComplete(remembered))
    return { mode: remembered, reason: "as the parts that are there" };
  const obstacle = await whatIsOutOfReach(wanted, web);
  return obstacle === undefined
    ? { mode: "release", reason: "as everything that is missing can be reached" }
    : { mode: "source", reason: `as ${obstacle}` };
}

/** The first thing that the releases of missing parts need and do not get, in words. */
async function whatIsOutOfReach(wanted: readonly Part[], web: Web): Promise<string | undefined> {
  const missing = wanted.filter((part) => !isBuilt(part, "release"));
  const origins = missing.flatMap((part) => releaseFor(part, "release")?.origins ?? []);
  const addresses = [...new Set(origins.map(probeOf))];
  const obstacles = await Promise.all(addresses.map((address) => obstacleAt(address, web)));
  return obstacles.find((obstacle) => obstacle !== undefined);
}

/** What tells whether an origin can be had: itself, or of a registry its API. */
function probeOf(origin: Origin): string {
  return origin.kind === "image" ? `https://${origin.registry}/v2/` : origin.url;
}

async function obstacleAt(address: string, web: Web): Promise<string | undefined> {
  const { host } = new URL(web.locate(address));
  try {
    const status = await web.status(address, probeTimeout);
    // A registry wants a token first.
    const there = (status >= 200 && status < 300) || status === 401;
    return there ? undefined : `${host} answers ${status} to ${web.locate(address)}`;
  } catch (error) {
    web.signal.throwIfAborted();
    const reason = rootCause(error);
    const silent = reason.includes("aborted due to timeout");
    return `${host} cannot be reached (${silent ? `no answer within ${probeTimeout / 1000} s` : reason})`;
  }
}
