import { type Deployment, isRecord, providerOf, type ResourceState } from "./deployment";
import type { SeenInDocker } from "./docker";
import { dockerKind, label, ownName } from "./names";

/** How the world differs from a stack's state. */
export interface Differences {
  /** Of the state, and not in Docker any more. */
  readonly gone: readonly ResourceState[];
  /** Containers that are there and do not run. */
  readonly stopped: readonly ResourceState[];
  /** Containers that are there and frozen. */
  readonly paused: readonly ResourceState[];
  /** Containers that are there and cannot be used any more: what they stand on is gone. */
  readonly useless: readonly ResourceState[];
  /** Objects of the cluster that went with the disks of the control planes. */
  readonly objectsGone: readonly ResourceState[];
  /** Images that went with the registry's disk. */
  readonly imagesGone: readonly ResourceState[];
  /** What machines that are gone had been to the cluster: there is nobody left to say goodbye. */
  readonly memberships: readonly ResourceState[];
  /** The cluster's data is gone: nothing of it can be continued. */
  readonly clusterIsLost: boolean;
}

/** Compares what a state says is in Docker with what is there. */
export function compareWithDocker({ resources = [] }: Deployment, seen: SeenInDocker): Differences {
  const ours = resources.filter((resource) => isOnThisDaemon(resource, resources));
  const states = new Map(seen.containers.map(({ id, state }) => [id, state]));
  const gone = ours.filter((resource) => isGone(resource, seen));
  const clusterIsLost = allDisksGone(ours, gone);
  const there = ours.filter((resource) => dockerKind(resource) === "container" && !gone.includes(resource));
  const useless = there.filter(
    (container) => isOnNetworkOf(container, gone) || (clusterIsLost && label(container, "slipway.role")),
  );
  const inState = (...wanted: string[]): ResourceState[] =>
    there.filter(
      (container) => wanted.includes(states.get(container.id ?? "") ?? "") && !useless.includes(container),
    );
  return {
    gone,
    stopped: inState("exited", "created"),
    paused: inState("paused"),
    useless,
    objectsGone: clusterIsLost ? resources.filter((resource) => isOfCluster(resource, resources)) : [],
    imagesGone: resources.filter((resource) => isPushedTo(resource, gone)),
    memberships: resources.filter((resource) => isOfMachine(resource, [...gone, ...useless])),
    clusterIsLost,
  };
}

/** Whether the Docker command line that we ask talks to the daemon that its provider talks to. */
function isOnThisDaemon(resource: ResourceState, resources: readonly ResourceState[]): boolean {
  if (dockerKind(resource) === undefined || resource.id === undefined || resource.id === "") return false;
  const inputs = providerOf(resource, resources)?.inputs;
  return inputs?.host === undefined && inputs?.context === undefined;
}

function isGone(resource: ResourceState, seen: SeenInDocker): boolean {
  const id = resource.id ?? "";
  switch (dockerKind(resource)) {
    case "container":
      return !seen.containers.some(
        (each) => each.id === id && each.state !== "removing" && each.state !== "dead",
      );
    case "volume":
      return !seen.volumes.some((each) => each.id === id);
    case "network":
      return !seen.networks.some((each) => each.id === id);
    case "image":
      return typeof resource.outputs?.imageId === "string" && !seen.images.has(resource.outputs.imageId);
    default:
      return false;
  }
}

/** Whether the cluster was on disks, and every one that held its data is gone. */
function allDisksGone(resources: readonly ResourceState[], gone: readonly ResourceState[]): boolean {
  const disks = resources.filter(
    (resource) => dockerKind(resource) === "volume" && label(resource, "slipway.role") === "control-plane",
  );
  return disks.length > 0 && disks.every((disk) => gone.includes(disk));
}

function isOnNetworkOf(container: ResourceState, gone: readonly ResourceState[]): boolean {
  const networks = gone.filter((resource) => dockerKind(resource) === "network").map(ownName);
  const attached = container.inputs?.networksAdvanced;
  return (
    Array.isArray(attached) &&
    (attached as unknown[]).some((each) => isRecord(each) && networks.some((name) => name === each.name))
  );
}

/** The cluster is one of ours when its provider is marked as such; another one's objects are not our affair. */
function isOfCluster(resource: ResourceState, resources: readonly ResourceState[]): boolean {
  const provider = providerOf(resource, resources);
  const cluster = provider?.inputs?.clusterIdentifier;
  return (
    provider?.type === "pulumi:providers:kubernetes" &&
    typeof cluster === "string" &&
    cluster.startsWith("slipway-")
  );
}

/** Whether a resource stands for a machine in its cluster: components/cluster/membership.ts. */
function isOfMachine({ inputs }: ResourceState, machines: readonly ResourceState[]): boolean {
  const machine = inputs?.machineId;
  return typeof machine === "string" && machines.some(({ id }) => id === machine);
}

/** Whether an image was pushed to a registry whose disk is gone. */
function isPushedTo(resource: ResourceState, gone: readonly ResourceState[]): boolean {
  return dockerKind(resource) === "pushed image" && gone.some(isDiskOfRegistry);
}

function isDiskOfRegistry(resource: ResourceState): boolean {
  return dockerKind(resource) === "volume" && (ownName(resource) ?? "").endsWith("-registry");
}
