import { isCreationInAws, isDeletionInAws } from "./aws";
import { canBeFound, goesWhenHalfMade } from "./aws-ids";
import {
  type Deployment,
  type PendingOperation,
  type ResourceState,
  withFound,
  withoutPendingOperations,
  withoutResources,
  withReadFirst,
} from "./deployment";
import type { SeenInDocker, SeenObject } from "./docker";
import { describe, dockerKind, enumeration, labelsOf, ownName } from "./names";
import { apartFromRegistry } from "./registry";
import { compareWithDocker, type Differences } from "./world";

export const verbs = ["up", "preview", "down"] as const;

/** What is going to be done next. */
export type Verb = (typeof verbs)[number];

export function isVerb(text: string): text is Verb {
  return verbs.some((verb) => verb === text);
}

/** Something in Docker that recovery acts on. */
export interface DockerObject {
  readonly kind: "container" | "volume" | "network" | "image";
  /** Id of a container or a network, name of a volume or an image. */
  readonly id: string;
}

/** What recovery has to do, as data: nothing of it has been done yet. */
export interface Plan {
  /** One for each thing that was found, and what is done about it. */
  readonly lines: readonly string[];
  /** What the state should be. */
  readonly deployment: Deployment;
  /** Whether that differs from what it is. */
  readonly changesState: boolean;
  /** To be taken away, containers first. */
  readonly remove: readonly DockerObject[];
  /** Ids of containers to start. */
  readonly start: readonly string[];
  /** Ids of containers to thaw. */
  readonly thaw: readonly string[];
  /** Ids of security groups on AWS to be taken away. */
  readonly removeInAws: readonly string[];
  /** Objects of the cluster whose creation was begun and not ended. */
  readonly halfMadeInCluster: readonly ResourceState[];
  /** The environment was being taken down. */
  readonly wasBeingTakenDown: boolean;
}

export interface Situation {
  readonly verb: Verb;
  readonly deployment: Deployment;
  readonly seen: SeenInDocker;
  /** What AWS has of creations that were begun: URN to ids, of which one may be it. */
  readonly inAws: ReadonlyMap<string, readonly string[]>;
  /** `make down` had begun and was not finished. */
  readonly downHadBegun: boolean;
  /**
   * The cluster is about to be restored from a backup: the next update takes over the objects that come back. They cannot be
   * read first, as the engine would do so before there is a cluster. Default false.
   */
  readonly isRestored?: boolean;
}

/**
 * Decides what to do about what a killed run left, and about what is gone from under the state.
 * @throws Error when the cluster's data is gone, unless the environment is to be taken down: an empty cluster in its place
 *   would look as if nothing had been lost
 */
export function planRecovery({
  verb: wanted,
  deployment,
  seen,
  inAws,
  downHadBegun,
  isRestored = false,
}: Situation): Plan {
  const wasBeingTakenDown = wanted !== "down" && (downHadBegun || looksTakenDown(deployment));
  // That is finished first, whatever comes after.
  const verb = wasBeingTakenDown ? "down" : wanted;
  const apart = verb === "down" ? deployment : apartFromRegistry(deployment);
  const pending = deployment.pending_operations ?? [];
  const halfMade = pending.flatMap((operation) => halfMadeInDocker(operation, deployment, seen));
  const differences = compareWithDocker(deployment, seen);
  if (differences.clusterIsLost && verb !== "down" && !isRestored) throw new Error(lostCluster);
  const dropped = droppedUrns(verb, deployment, differences);
  const useless = verb === "down" ? [] : differences.useless;
  const leavesAws = new Set(
    pending
      .map(({ resource }) => resource)
      .filter(goesWhenHalfMade)
      .map(({ urn }) => urn),
  );
  const beingDeleted = new Set(pending.filter(isDeletionInAws).map(({ resource }) => resource.urn));
  const foundInAws = [...inAws].flatMap(([urn, [id, ...others]]) =>
    id === undefined || others.length > 0 ? [] : [[urn, id] as const],
  );
  const staysInAws = new Map(foundInAws.filter(([urn]) => !leavesAws.has(urn)));
  return {
    lines: [
      ...pending.map((operation) => pendingLine(operation, halfMade, inAws)),
      ...differenceLines(verb, differences),
      ...(apart === deployment ? [] : [wentWithRegistry]),
    ],
    deployment: withoutResources(
      withoutPendingOperations(withReadFirst(withFound(apart, staysInAws), beingDeleted)),
      dropped,
    ),
    changesState: pending.length > 0 || dropped.size > 0 || apart !== deployment,
    remove: inOrderOfRemoval([
      ...halfMade.map(({ object }) => object).filter(({ kind }) => kind !== "image" || verb === "down"),
      ...useless.map(({ id = "" }) => ({ kind: "container" as const, id })),
    ]),
    start: verb === "up" ? ids(differences.stopped) : [],
    thaw: verb === "up" ? ids(differences.paused) : [],
    removeInAws: foundInAws.filter(([urn]) => leavesAws.has(urn)).map(([, id]) => id),
    halfMadeInCluster: verb === "up" ? pending.flatMap(createdInCluster) : [],
    wasBeingTakenDown,
  };
}

/**
 * Whether a destroy was cut off: it takes the cluster's provider first, and then what the cluster stood on. An update
 * that makes a machine anew deletes too, but while the provider is there.
 */
function looksTakenDown({ resources = [], pending_operations: pending }: Deployment): boolean {
  const deletes = (pending ?? []).some(
    ({ type, resource }) => type === "deleting" && dockerKind(resource) !== undefined,
  );
  return deletes && !resources.some(({ type }) => type === "pulumi:providers:kubernetes");
}

const wentWithRegistry =
  "The state is of a version in which workloads went with the registry's container: they stay, whatever becomes of it";

const lostCluster =
  "No disk of a control plane is left, and with them the cluster's data is gone. No empty cluster is made in its place: " +
  "bring the disks back (docker volume ls), restore the cluster from its latest backup with make restore-cluster " +
  "(make backups shows them), or begin again with make down and make up";

interface HalfMade {
  readonly operation: PendingOperation;
  readonly object: DockerObject;
}

/** What a creation that was begun and not ended has left in Docker; what the state knows is not half-made. */
function halfMadeInDocker(
  operation: PendingOperation,
  { resources = [] }: Deployment,
  seen: SeenInDocker,
): HalfMade[] {
  const { resource, type } = operation;
  const name = ownName(resource);
  // What outlives its environment was there before, perhaps, and is found again.
  if (type !== "creating" || name === undefined || resource.retainOnDelete === true) return [];
  const known = new Set(resources.map(({ id }) => id));
  return dockerObjects(resource, name, seen)
    .filter(({ id }) => !known.has(id))
    .map((object) => ({ operation, object }));
}

function dockerObjects(resource: ResourceState, name: string, seen: SeenInDocker): DockerObject[] {
  const ours = (kind: DockerObject["kind"], all: readonly SeenObject[]): DockerObject[] =>
    all.filter((each) => each.name === name && hasLabelsOf(resource, each)).map(({ id }) => ({ kind, id }));
  switch (dockerKind(resource)) {
    case "container":
      return ours("container", seen.containers);
    case "network":
      return ours("network", seen.networks);
    case "volume":
      return ours("volume", seen.volumes);
    case "image":
      // One that was built here; any other was there before.
      return resource.inputs?.build === undefined ? [] : [{ kind: "image", id: name }];
    default:
      return [];
  }
}

/** What has the same name and other labels is somebody else's, and was in the way. */
function hasLabelsOf(resource: ResourceState, { labels }: SeenObject): boolean {
  return labelsOf(resource).every((each) => labels.includes(each));
}

function pendingLine(
  operation: PendingOperation,
  halfMade: readonly HalfMade[],
  inAws: Situation["inAws"],
): string {
  const what = describe(operation.resource);
  if (isCreationInAws(operation) && canBeFound(operation.resource)) {
    const [id, ...others] = inAws.get(operation.resource.urn) ?? [];
    if (id === undefined) return `A killed run was creating the ${what}: AWS has none`;
    if (others.length > 0)
      return `A killed run was creating the ${what}: AWS has ${enumeration([id, ...others])}, delete by hand what is nobody's`;
    return goesWhenHalfMade(operation.resource)
      ? `A killed run was creating the ${what}: the half-made ${id} is taken away`
      : `A killed run was creating the ${what}: if AWS has it, as ${id}, the next run goes on with it`;
  }
  const isHalfMade = halfMade.some((each) => each.operation === operation && each.object.kind !== "image");
  return isHalfMade
    ? `A killed run was creating the ${what}: the half-made one is taken away`
    : `A killed run was ${operation.type} the ${what}: the next run goes on with it`;
}

function createdInCluster({ type, resource }: PendingOperation): ResourceState[] {
  return type === "creating" && resource.type.startsWith("kubernetes:") ? [resource] : [];
}

/** What goes from the state. Before a `down` that is also what was to be deleted with something that is gone. */
function droppedUrns(verb: Verb, deployment: Deployment, differences: Differences): Set<string> {
  const { gone, objectsGone, imagesGone, memberships, useless } = differences;
  const { resources = [] } = deployment;
  const wentAlong = resources.filter(({ deletedWith }) => gone.some(({ urn }) => urn === deletedWith));
  const dropped = [
    ...gone,
    ...objectsGone,
    ...imagesGone,
    ...memberships,
    ...(verb === "down" ? [] : useless),
    ...(verb === "down" ? wentAlong : []),
  ];
  return new Set(dropped.map(({ urn }) => urn));
}

function differenceLines(verb: Verb, differences: Differences): string[] {
  const { gone, stopped, paused, useless, imagesGone } = differences;
  const fate = {
    up: "made anew",
    preview: "`make up` makes it anew",
    down: "there is nothing of it to take down",
  }[verb];
  const lines = gone.map((resource) => `The ${describe(resource)} is gone from Docker: ${fate}`);
  if (verb === "down") return lines;
  const will = verb === "up" ? "" : "`make up` will say the same, and do it: ";
  return [
    ...lines,
    ...useless.map((each) => `The ${describe(each)} stands on what is gone: ${will}made anew with it`),
    ...stopped.map((each) => `The ${describe(each)} is stopped: ${will}started`),
    ...paused.map((each) => `The ${describe(each)} is paused: ${will}goes on`),
    ...(imagesGone.length > 0
      ? [`The registry's disk is gone: ${will}${enumeration(imagesGone.map(imageName))} pushed anew`]
      : []),
  ];
}

const imageName = (resource: ResourceState): string => (ownName(resource) ?? "").replace(/^[^/]*[/]/, "");

const ids = (resources: readonly ResourceState[]): string[] => resources.map(({ id = "" }) => id);

/** A volume cannot go before the container that has it, nor a network before those that are on it. */
function inOrderOfRemoval(objects: readonly DockerObject[]): DockerObject[] {
  const order = ["container", "volume", "network", "image"];
  return [...objects].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
