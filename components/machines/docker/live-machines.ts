import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { type Belonging, environmentLabel, ownerLabel } from "../belonging";
import type { LiveMachine } from "../platform";
import { kubernetesLabel, revisionLabel, roleLabel } from "./labels";

/** A container as {@link containerFormat} prints it: an empty text is a label that it does not have. */
interface Container {
  readonly id: string;
  readonly name: string;
  /** Docker's word, such as `running`, `exited` or `removing`. */
  readonly state: string;
  readonly revision: string;
  readonly kubernetesVersion: string;
}

const label = (name: string): string => `{{json (.Label "${name}")}}`;
const containerFormat =
  '{"id":{{json .ID}},"name":{{json .Names}},"state":{{json .State}},' +
  `"revision":${label(revisionLabel)},"kubernetesVersion":${label(kubernetesLabel)}}`;

/** Runs the `docker` command and gives the lines that it prints. */
export type DockerLines = (...args: string[]) => Promise<string[]>;

/** The `docker` command on PATH. */
export const dockerLines: DockerLines = async (...args) =>
  (await promisify(execFile)("docker", args)).stdout.split("\n").filter((line) => line !== "");

/**
 * An environment's machines as the Docker daemon has them: each is a container, a volume, or both.
 * @throws the `docker` command's error when the daemon does not answer
 */
export async function liveMachines(
  belonging: Belonging,
  docker: DockerLines = dockerLines,
): Promise<LiveMachine[]> {
  const filters = ownLabels(belonging).flatMap((text) => ["--filter", `label=${text}`]);
  const [containers, volumes] = await Promise.all([
    docker("container", "ls", "--all", "--no-trunc", ...filters, "--format", containerFormat),
    docker("volume", "ls", ...filters, "--format", "{{.Name}}"),
  ]);
  const prefix = `slipway-${belonging.environment}-`;
  const made = containers.map((line) => machineOf(JSON.parse(line) as Container, prefix));
  const names = new Set(made.map(({ name }) => name));
  const disks = volumes.map((volume) => volume.slice(prefix.length)).filter((name) => !names.has(name));
  return [...made, ...disks.map((name): LiveMachine => ({ name, state: "gone" }))];
}

function ownLabels({ environment, owner }: Belonging): string[] {
  const whose = owner === undefined ? [] : [`${ownerLabel}=${owner}`];
  return [`${environmentLabel}=${environment}`, ...whose, roleLabel];
}

function machineOf({ id, name, state, revision, kubernetesVersion }: Container, prefix: string): LiveMachine {
  return {
    name: name.slice(prefix.length),
    id,
    state: state === "running" ? "running" : "stopped",
    ...(revision !== "" && { revision }),
    ...(kubernetesVersion !== "" && { kubernetesVersion }),
  };
}
