import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { linesOf } from "../lines";
import type { ResourceState } from "../recover/deployment";
import { dockerKind, machineResources } from "../recover/names";
import type { SeenInDocker } from "../recover/docker";

/** What a machine says of itself that is not as it was made. */
export interface MachineDrift {
  readonly machine: string;
  /** Sentences; none when all is well. */
  readonly problems: readonly string[];
}

const audit = "/usr/lib/slipway/audit";
/** What `docker exec` ends with when there is no such program in the container. */
const notFound = 127;

/** Runs a program in a container and gives what it prints. Rejects with `code` when it fails. */
export type InContainer = (id: string, program: string) => Promise<string>;

const inContainer: InContainer = async (id, program) =>
  (await promisify(execFile)("docker", ["exec", id, program])).stdout;

/**
 * Has each machine that runs on this host's Docker look at itself: machine-image/rootfs/usr/lib/slipway/audit. Those on AWS
 * are not asked.
 */
export async function machineDrift(
  resources: readonly ResourceState[],
  { containers }: Pick<SeenInDocker, "containers">,
  run: InContainer = inContainer,
): Promise<MachineDrift[]> {
  return await Promise.all(
    runningMachines(resources, { containers }).map(async ([machine, { id = "" }]) => ({
      machine,
      problems: await problemsOf(id, run),
    })),
  );
}

/** Names of the machines that run on this host's Docker, with what they are in the state. */
export function runningMachines(
  resources: readonly ResourceState[],
  { containers }: Pick<SeenInDocker, "containers">,
): [string, ResourceState][] {
  const running = new Set(containers.filter(({ state }) => state === "running").map(({ id }) => id));
  return [...machineResources(resources)].filter(
    ([, resource]) => dockerKind(resource) === "container" && running.has(resource.id ?? ""),
  );
}

async function problemsOf(id: string, run: InContainer): Promise<string[]> {
  try {
    return linesOf(await run(id, audit));
  } catch (error) {
    const { code } = error as { code?: unknown };
    // It was made before machines looked at themselves.
    if (code === notFound) return [];
    return [`it cannot look at itself: ${(error as Error).message.trim().split("\n").at(-1) ?? ""}`];
  }
}
