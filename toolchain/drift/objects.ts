import { isNode, type SeenNode } from "../../components/cluster/actions/node-list";
import { type Deployment, isRecord, type ResourceState } from "../recover/deployment";
import { inClusters, kubectlTarget } from "../recover/cluster";
import { type Difference, differences, patchOf, pathOf } from "./differences";

/** An object of a cluster that is not as the last update left it. */
export interface ObjectDrift {
  readonly object: ResourceState;
  /** A sentence for a person, which shows no secret. */
  readonly text: string;
  /** What was changed; undefined when the object is gone. */
  readonly changes?: readonly Difference[];
}

/** Objects that were looked at, and those of them that are not as they should be. */
export interface ObjectsSeen {
  readonly count: number;
  readonly drift: readonly ObjectDrift[];
  /** Nodes of the clusters, where they were asked for. */
  readonly nodes: readonly SeenNode[];
}

/**
 * Compares the objects that a state has in clusters with what is there, by one LIST for each kind.
 * @param inClear - the state with its secrets in clear: for the kubeconfigs, and to be compared
 * @param withNodes - whether Nodes are listed too, which no state has. Default: false.
 * @returns undefined when a cluster's API does not answer
 */
export async function objectDrift(inClear: Deployment, withNodes = false): Promise<ObjectsSeen | undefined> {
  const objects = (inClear.resources ?? []).filter(isObject);
  const seen = await inClusters(objects, inClear, async (cluster, ofCluster) => {
    const kinds = ofCluster.flatMap((object) => kubectlTarget(object)?.[0] ?? []);
    return await cluster.list([...new Set([...kinds, autoscaler, ...(withNodes ? ["Node"] : [])])]);
  });
  const there = seen.flatMap((live) => live ?? []);
  if (seen.includes(undefined)) return undefined;
  const byName = new Map(there.map((object) => [nameOf(object), object]));
  const scaled = new Set(there.flatMap(targetOf));
  const drift = objects.flatMap((object) => {
    const name = nameOf(object.inputs);
    return driftOf(object, byName.get(name), scaled.has(name));
  });
  return { count: objects.length, drift, nodes: there.filter(isNode) };
}

/** Objects, and not the patches of such, releases of charts and the like. */
function isObject(resource: ResourceState): boolean {
  const { type } = resource;
  return type.startsWith("kubernetes:") && !type.endsWith("Patch") && kubectlTarget(resource) !== undefined;
}

/** As kubectl calls it. It decides on the replicas of its target, whoever has made it. */
const autoscaler = "HorizontalPodAutoscaler.v2.autoscaling";

/** The name of what an autoscaler scales, as {@link nameOf} gives it. */
function targetOf(object: unknown): string[] {
  const { kind, metadata, spec } = isRecord(object) ? object : {};
  if (kind !== "HorizontalPodAutoscaler" || !isRecord(spec) || !isRecord(spec.scaleTargetRef)) return [];
  const { namespace } = isRecord(metadata) ? metadata : {};
  const { apiVersion, kind: targetKind, name } = spec.scaleTargetRef;
  return [nameOf({ apiVersion, kind: targetKind, metadata: { namespace, name } })];
}

/** Kind with its group, namespace and name: a version says only how an object is shown. */
function nameOf(object: unknown): string {
  const { apiVersion, kind, metadata } = isRecord(object) ? object : {};
  const { namespace, name } = isRecord(metadata) ? metadata : {};
  const group = typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return JSON.stringify([group, kind, namespace ?? "", name]);
}

/** Not compared: the API shows an object in the version that it is asked for, and its status is its controller's. */
const notSet = ["apiVersion", "kind", "status"];

/**
 * What of one object is not as its state has it.
 * @param live undefined where it is not there
 * @param isScaled whether an autoscaler decides on its replicas. Default false.
 */
export function driftOf(object: ResourceState, live: unknown, isScaled = false): ObjectDrift[] {
  const { inputs = {}, outputs } = object;
  if (live === undefined) return [{ object, text: `${called(inputs)} is gone` }];
  const set = Object.fromEntries(Object.entries(inputs).filter(([name]) => !notSet.includes(name)));
  const changes = differences(set, outputs, live).filter(
    (difference) => !isScaled || pathOf(difference) !== "spec.replicas",
  );
  if (changes.length === 0) return [];
  const texts = changes.map((difference) => changeText(difference, inputs.kind === "Secret"));
  return [{ object, changes, text: `${called(inputs)} was changed${by(live)}: ${texts.join("; ")}` }];
}

/**
 * Makes objects that were changed again what they were, and waits for their pods. Those that are gone are left to an update.
 *
 * An update would set the fields of the program alone, and the others stay: of a Service's port that has another number by
 * now there would be two, of the same name.
 *
 * @param inClear - the state with its secrets in clear, for the kubeconfigs
 */
export async function putBack(inClear: Deployment, drift: readonly ObjectDrift[]): Promise<void> {
  const patches = new Map(drift.map(({ object, changes = [] }) => [object.urn, changes.map(patchOf)]));
  const changed = drift.filter(({ changes }) => changes !== undefined).map(({ object }) => object);
  await inClusters(changed, inClear, async (cluster, objects) => {
    for (const object of objects) await cluster.patch(object, patches.get(object.urn) ?? []);
    await Promise.all(objects.map((object) => cluster.rolledOut(object)));
  });
}

/** Such as `Deployment shop/cart`. */
function called({ kind, metadata }: Readonly<Record<string, unknown>>): string {
  const { namespace, name } = isRecord(metadata) ? metadata : {};
  return `${String(kind)} ${typeof namespace === "string" ? `${namespace}/` : ""}${String(name)}`;
}

function changeText(difference: Difference, isHidden: boolean): string {
  const { before, now, isSecret } = difference;
  const path = pathOf(difference);
  if (isHidden || isSecret) return `${path} is another`;
  return now === undefined
    ? `${path} is gone, and was ${shown(before)}`
    : `${path} is ${shown(now)}, and was ${shown(before)}`;
}

const longest = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** Who wrote to it last, by the API's own record: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
function by(live: unknown): string {
  const metadata = isRecord(live) && isRecord(live.metadata) ? live.metadata : {};
  const entries = (Array.isArray(metadata.managedFields) ? (metadata.managedFields as unknown[]) : [])
    .filter(isRecord)
    .filter(({ manager, subresource }) => subresource !== "status" && !isPulumi(manager))
    .sort((one, other) => String(other.time).localeCompare(String(one.time)));
  const [last] = entries;
  return typeof last?.manager === "string" ? ` by ${last.manager}` : "";
}

const isPulumi = (manager: unknown): boolean =>
  typeof manager === "string" && manager.startsWith("pulumi-kubernetes");
