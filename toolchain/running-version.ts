import type { Tag } from "@aws-sdk/client-ec2";

import { type Belonging, environmentLabel, ownerLabel } from "../components/machines/belonging";
import { kubernetesLabel } from "../components/machines/docker/labels";
import { liveMachines } from "../components/machines/docker/live-machines";
import { type LiveMachine, roleOf } from "../components/machines/platform";
import { collected, tag } from "./aws-answers";
import { stagedRestore } from "./cluster-backups/staged";
import { environmentDirectory } from "./environment";
import { regionOf } from "./kept/aws";
import { linesOf } from "./lines";
import { kubernetesBeforeLabels, sortedVersions } from "./kubernetes-versions";
import { ownOwner } from "./own-owner";
import { docker } from "./recover/docker";

/** What is said of where an environment runs, in its settings as somebody wrote them. */
type Settings = Readonly<Record<string, unknown>>;

/** A machine, as far as it tells what the environment runs. */
export type VersionedMachine = Pick<LiveMachine, "name" | "kubernetesVersion">;

/**
 * The versions of Kubernetes that an environment's control planes run, the lowest first: several while machines are
 * replaced one after the other. The lowest is what the environment runs. Of one that is being restored, what its backup ran.
 *
 * @param owner - as `ownerOf` gives it; default: that of the environment's own stack
 * @param askDocker - default: the command on PATH
 * @returns none where there is no machine yet, {@link untold} where it cannot be told
 * @throws whatever says that Docker or AWS does not answer
 */
export async function runningVersions(
  environment: string,
  settings: Settings,
  owner = ownOwner(environment),
  askDocker: Docker = docker,
): Promise<string[]> {
  const restore = stagedRestore(environmentDirectory(environment));
  if (restore !== undefined) return [restore.kubernetesVersion];
  const region = regionOf(settings);
  if (region !== undefined) return runningVersionsOf(await onAws(environment, region, owner));
  return settings.platform === "aws" ? [] : await onDocker({ environment, owner }, askDocker);
}

/** Runs `docker` with these arguments; gives what it prints. */
export type Docker = (args: string[]) => Promise<string>;

/** In place of a version: of the environment there is something, and it does not say what it ran. */
export const untold = "untold";

/**
 * What the control planes run, the lowest first; where all of them are lost, what the other machines do, which are never
 * newer.
 *
 * @param machines - those that there are. One without a version was made when there was no other than
 *   {@link kubernetesBeforeLabels}
 */
export function runningVersionsOf(machines: readonly VersionedMachine[]): string[] {
  const controlPlanes = machines.filter(isControlPlane);
  const telling = controlPlanes.length > 0 ? controlPlanes : machines;
  return sortedVersions(telling.map(({ kubernetesVersion = kubernetesBeforeLabels }) => kubernetesVersion));
}

function isControlPlane({ name }: VersionedMachine): boolean {
  return roleOf(name) === "control-plane";
}

async function onDocker(belonging: Belonging, askDocker: Docker): Promise<string[]> {
  const machines = await liveMachines(belonging, async (...args) => linesOf(await askDocker(args)));
  const there = machines.filter(({ state }) => state !== "gone");
  if (there.length > 0 || machines.length === 0) return runningVersionsOf(there);
  const onDisks = await Promise.all(
    machines
      .filter(isControlPlane)
      .map(({ name }) => versionOnDisk(`slipway-${belonging.environment}-${name}`, askDocker)),
  );
  const known = sortedVersions(onDisks.flatMap((version) => version ?? []));
  return known.length > 0 ? known : [untold];
}

/** What the API server of a machine was of which only the disk is left; undefined where that does not say. */
async function versionOnDisk(volume: string, askDocker: Docker): Promise<string | undefined> {
  const [image] = linesOf(await askDocker(["image", "ls", "--quiet", "slipway/debian"]));
  if (image === undefined) return undefined;
  const manifest = "/disk/lib/slipway/node/kubernetes/manifests/kube-apiserver.yaml";
  const program = ["--entrypoint", "cat", image, manifest];
  const read = askDocker(["run", "--rm", "--network", "none", "--volume", `${volume}:/disk:ro`, ...program]);
  const text = await read.catch(() => "");
  return /image: .*\/kube-apiserver:v(\d+\.\d+\.\d+)$/m.exec(text)?.[1];
}

async function onAws(
  environment: string,
  region: string,
  owner: string | undefined,
): Promise<VersionedMachine[]> {
  const sdk = await import("@aws-sdk/client-ec2");
  const filters = [
    { Name: `tag:${environmentLabel}`, Values: [environment] },
    ...(owner === undefined ? [] : [{ Name: `tag:${ownerLabel}`, Values: [owner] }]),
    { Name: "tag:slipway.machine", Values: ["*"] },
  ];
  const client = new sdk.EC2Client({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000 },
  });
  const present = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
  const reservations = await collected(
    sdk.paginateDescribeInstances({ client }, { Filters: [...filters, present] }),
    (page) => page.Reservations,
  );
  const instances = reservations.flatMap(({ Instances = [] }) => Instances);
  if (instances.length > 0) return instances.map(machineOfTags);
  const volumes = await collected(
    sdk.paginateDescribeVolumes({ client }, { Filters: filters }),
    (page) => page.Volumes,
  );
  return volumes.map(machineOfTags);
}

function machineOfTags({ Tags = [] }: { readonly Tags?: Tag[] }): VersionedMachine {
  const version = tag(Tags, kubernetesLabel);
  return {
    name: tag(Tags, "slipway.machine") ?? "",
    ...(version !== undefined && { kubernetesVersion: version }),
  };
}
