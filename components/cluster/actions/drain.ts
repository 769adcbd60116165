import { setTimeout as sleep } from "node:timers/promises";

import type { CoreV1Api, V1Node, V1Pod, V1Taint } from "@kubernetes/client-node";

import { refusalOf, sentence } from "./api-errors";
import { EvictionPace, movesAtATime } from "./eviction-pace";
import { type NodePatch, patchAsRead } from "./patch-node";
import { someOf } from "./some-of";
import { isBound } from "./volumes";

/** Set while a machine is made anew: whoever sees it come back lets pods onto it again. */
export const drainedAnnotation = "slipway.dev/drained";

/** What a drain needs to know and to tell. */
export interface DrainOptions {
  readonly node: string;
  /** How long pods may take to go, disruption budgets included. */
  readonly timeoutSeconds: number;
  /** Takes a line when what is waited for changes. */
  readonly report: (line: string) => void;
  /** Ends the drain when it fires, with its reason. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/** How long a pod may stay after its time to end is over, in seconds: what keeps it then is not its containers. */
const overdueSeconds = 30;
const lookMilliseconds = 500;

const nameOf = ({ metadata }: V1Pod): string => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

/** Whether a kubelet reports for the node: without one, nobody confirms that a pod has ended. */
export function isAlive(node: V1Node): boolean {
  return node.status?.conditions?.find(({ type }) => type === "Ready")?.status !== "Unknown";
}

/**
 * Under it a node's kube-proxy says that it is not good for new connections, and load balancers turn to others while those
 * that are open go on: https://kep.k8s.io/3836
 */
const leavingTaint = { key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" } as const;

/** Keeps new pods and new connections away. */
export async function cordon(api: CoreV1Api, node: string): Promise<void> {
  await changeNode(api, node, (taints) => ({
    metadata: { annotations: { [drainedAnnotation]: "true" } },
    spec: { unschedulable: true, taints: [...taints, leavingTaint] },
  }));
}

/** Lets pods and connections onto the node again. */
export async function uncordon(api: CoreV1Api, node: string): Promise<void> {
  await changeNode(api, node, (taints) => ({
    metadata: { annotations: { [drainedAnnotation]: null } },
    spec: { unschedulable: null, taints },
  }));
}

/** Changes a Node by what it is now, without the taint that is set here. */
async function changeNode(
  api: CoreV1Api,
  name: string,
  change: (otherTaints: readonly V1Taint[]) => NodePatch,
): Promise<void> {
  await patchAsRead(api, name, ({ spec }) =>
    change((spec?.taints ?? []).filter(({ key }) => key !== leavingTaint.key)),
  );
}

/** What a node's pods are to a drain: those of DaemonSets and of the kubelet's own folder stay, as nothing moves them. */
function mustGo({ metadata, status }: V1Pod): boolean {
  const isMirror = metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  const isDaemon = metadata?.ownerReferences?.some(
    ({ kind, controller }) => kind === "DaemonSet" && controller,
  );
  const isOver = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !isMirror && !isDaemon && !isOver;
}

/** Whether a pod's time to end, its grace period included, was over a while ago. */
function isOverdue({ metadata }: V1Pod): boolean {
  const end = metadata?.deletionTimestamp;
  return end !== undefined && Date.now() - new Date(end).getTime() > overdueSeconds * 1000;
}

/** What keeps a pod after an attempt to evict it; undefined when it ends. */
type Obstacle = string | undefined;

/** Asks for a pod's end, by a way that heeds disruption budgets. Gives what keeps it; undefined when it ends. */
export async function evict(api: CoreV1Api, pod: V1Pod): Promise<Obstacle> {
  const { name = "", namespace = "" } = pod.metadata ?? {};
  try {
    await api.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
    return undefined;
  } catch (error) {
    return obstacleOf(error, namespace);
  }
}

/**
 * What the API's answer to an eviction means.
 * @throws Error, in one sentence, when no later attempt would be answered otherwise
 */
function obstacleOf(error: unknown, namespace: string): Obstacle {
  const refusal = refusalOf(error);
  if (refusal === undefined) throw error;
  const { code, message, causes } = refusal;
  // Gone since it was listed.
  if (code === 404) return undefined;
  if (code === 429) return message || "a disruption budget does not allow it yet";
  // Everything in it is being deleted, this pod too in a moment: there is nothing to ask for.
  const isEnding = causes.includes("NamespaceTerminating") || message.includes("being terminated");
  if (code === 403 && isEnding) return `its namespace ${namespace} is being deleted`;
  // Several budgets that select one pod, say: it is for a person to mend, perhaps while we wait.
  if (code >= 500) return message || `the API answered ${code}`;
  throw new Error(sentence(error), { cause: error });
}

/**
 * Moves every pod that can run elsewhere away from a cordoned node, as `kubectl drain --ignore-daemonsets
 * --delete-emptydir-data --force` does: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 * but a few at a time ({@link EvictionPace}). A pod that does not end long after its time is over is said, and left.
 *
 * @throws Error that names the pods which did not go in time, and what keeps each
 */
export async function drain(api: CoreV1Api, options: DrainOptions): Promise<void> {
  const { node, timeoutSeconds, report, signal } = options;
  const deadline = Date.now() + timeoutSeconds * 1000;
  // Who has not moved enough by then has to hurry.
  const unhurriedUntil = Date.now() + timeoutSeconds * 500;
  const asked = new Set<string>();
  let pace: EvictionPace | undefined;
  const say = sayOnce(report);
  const { items: volumes } = await api.listPersistentVolume();
  for (;;) {
    signal?.throwIfAborted();
    const { items } = await api.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    const staying = items.filter(mustGo);
    for (const pod of staying.filter(isOverdue)) {
      say(`${node}: ${nameOf(pod)} does not end, though its time is over, and is left to it`);
    }
    const awaited = staying.filter((pod) => !isOverdue(pod));
    if (awaited.length === 0) return;
    pace ??= new EvictionPace(api, movesAtATime(awaited.length));
    if (Date.now() > unhurriedUntil) pace.hurry();
    const movable = awaited.filter((pod) => !isBound(pod, volumes));
    // What nothing but this node can run is away from then on until it is back: it comes last.
    const obstacles = await evictSome(api, movable.length > 0 ? movable : awaited, asked, pace);
    const waitingFor = obstacles.length > 0 ? obstacles : awaited.map((pod) => `${nameOf(pod)} to end`);
    if (Date.now() > deadline) throw tooLate(node, timeoutSeconds, waitingFor);
    say(`${node}: draining, waiting for ${someOf(waitingFor)}`);
    await sleep(lookMilliseconds, undefined, { ...(signal && { signal }) });
  }
}

/** Evicts those that were not asked to end yet, as many as the pace allows; gives what keeps those that it asked. */
async function evictSome(
  api: CoreV1Api,
  pods: readonly V1Pod[],
  asked: Set<string>,
  pace: EvictionPace,
): Promise<string[]> {
  const idOf = (pod: V1Pod): string => pod.metadata?.uid ?? nameOf(pod);
  const ends = (pod: V1Pod): boolean => pod.metadata?.deletionTimestamp !== undefined || asked.has(idOf(pod));
  const left = pods.filter((pod) => !ends(pod));
  if (left.length === 0) return [];
  const obstacles: string[] = [];
  let free = await pace.free(left);
  for (const pod of left) {
    if (free <= 0) break;
    const obstacle = await evict(api, pod);
    if (obstacle === undefined) {
      asked.add(idOf(pod));
      pace.evicted(pod);
      free -= 1;
    } else {
      obstacles.push(`${nameOf(pod)}: ${obstacle}`);
    }
  }
  return obstacles;
}

function tooLate(node: string, timeoutSeconds: number, waitingFor: readonly string[]): Error {
  return new Error(
    `${node} could not be drained within ${timeoutSeconds} s:\n  ${waitingFor.join("\n  ")}\n` +
      "make room for these pods elsewhere or loosen their disruption budget, then run it again",
  );
}

/** Passes each line on when it differs from the one before. */
function sayOnce(report: (line: string) => void): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line)) return;
    told.add(line);
    report(line);
  };
}
