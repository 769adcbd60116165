import { spawn } from "node:child_process";

import { restartOwnDaemon } from "../docker";
import { linesOf } from "../lines";
import { docker } from "./docker";

export interface Destruction {
  /** Name of the stack, and of the environment. */
  readonly stack: string;
  /** Folder of the stack's Pulumi.yaml. */
  readonly project: string;
  /** Variables that `pulumi` is called with. */
  readonly environment: NodeJS.ProcessEnv;
  /** Takes a line for each thing that is found and done. */
  readonly say: (line: string) => void;
}

/**
 * `pulumi destroy`. Where Docker miscounts what is attached to the environment's network, and so does not remove it,
 * Docker is started again and the rest is taken down.
 *
 * @throws Error when something stays
 */
export async function destroy({ stack, project, environment, say }: Destruction): Promise<void> {
  const attempt = async (): Promise<boolean> => await pulumiDestroy(stack, project, environment);
  if (await attempt()) return;
  if ((await mendNetworks(stack, say)) && (await attempt())) return;
  throw new Error(`${stack} could not be taken down; the lines above say why`);
}

/**
 * Removes an environment's networks to which no container is attached. Docker counts a network's endpoints and
 * miscounts, rarely, when many of its containers end and start at the same moment: it keeps such a network for one in
 * use until its daemon starts, which counts anew ("Fixing inconsistent endpoint_cnt" in its log). So it is started.
 *
 * @param stack - name of the environment
 * @returns whether there was such a network
 * @throws Error that says what to do, where Docker cannot be started again from here
 */
export async function mendNetworks(stack: string, say: (line: string) => void): Promise<boolean> {
  const idle = await idleNetworks(stack);
  for (const network of idle) {
    if (await isRemoved(network)) continue;
    say(`Docker counts something attached to its network ${network}, where nothing is: it has to count anew`);
    await restartOwnDaemon(say);
  }
  return idle.length > 0;
}

/** Names of the environment's networks to which no container is attached. */
async function idleNetworks(stack: string): Promise<string[]> {
  const filter = ["--filter", `label=slipway.environment=${stack}`];
  const networks = await docker(["network", "ls", ...filter, "--format", "{{.Name}}"]);
  const names = linesOf(networks);
  if (names.length === 0) return [];
  const format = "{{.Name}} {{len .Containers}}";
  const counts = await docker(["network", "inspect", "--format", format, ...names]);
  return counts.split("\n").flatMap((line) => (line.endsWith(" 0") ? [line.slice(0, -2)] : []));
}

async function isRemoved(network: string): Promise<boolean> {
  try {
    await docker(["network", "rm", network]);
    return true;
  } catch (error) {
    if (String(error).includes("has active endpoints")) return false;
    throw error;
  }
}

async function pulumiDestroy(
  stack: string,
  project: string,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn("pulumi", ["-C", project, "destroy", "-s", stack, "--yes", "--skip-preview"], {
      env: environment,
      // Standard output belongs to whoever evaluates what we print.
      stdio: ["ignore", process.stderr, process.stderr],
    });
    child.once("error", reject);
    child.once("close", resolve);
  });
  return code === 0;
}
