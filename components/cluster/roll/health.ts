import type { V1Node, V1Pod } from "@kubernetes/client-node";

import { sentence } from "../actions/api-errors";
import type { Connection } from "../actions/connect";
import { type EtcdHealth, etcdHealth } from "../actions/etcd";
import { isReady, isUnready, ownerOf } from "../actions/pod-owners";

/** Which of a cluster is looked at. */
export interface HealthScope {
  /** Nodes that have to be ready, with the pods that belong to them: those of DaemonSets, and a control plane's own. */
  readonly nodes: readonly string[];
  /** Control planes that have to be voters of etcd; none where etcd is not looked at. */
  readonly controlPlanes: readonly string[];
}

const namespace = "kube-system";
const isTrue = (conditions: readonly { type: string; status: string }[] | undefined, type: string): boolean =>
  conditions?.find((condition) => condition.type === type)?.status === "True";

/** Whether a pod belongs to its node: nothing moves it, and without it the node does not do what it should. */
function belongsToNode({ metadata }: V1Pod): boolean {
  const isStatic = metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  return isStatic || (metadata?.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet");
}

/** What is wrong with nodes, one sentence each. */
export function nodeProblems(nodes: readonly V1Node[], wanted: readonly string[]): string[] {
  const byName = new Map(nodes.map((node) => [node.metadata?.name, node]));
  return wanted.flatMap((name) => {
    const node = byName.get(name);
    if (node === undefined) return [`${name} is no node`];
    const { conditions } = node.status ?? {};
    if (isTrue(conditions, "Ready")) return [];
    const why =
      conditions?.find(({ type }) => type === "Ready")?.message ?? "its kubelet has not reported yet";
    return [`${name} is not ready: ${why}`];
  });
}

/** What the controller manager takes away some seconds after a node has become ready; until then nothing is moved there. */
const awayTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** Nodes that are ready, and that pods are still kept off, one sentence each. */
export function taintProblems(nodes: readonly V1Node[], wanted: readonly string[]): string[] {
  return nodes
    .filter(({ metadata, spec }) => {
      const isTainted = (spec?.taints ?? []).some(({ key }) => awayTaints.includes(key));
      return wanted.includes(metadata?.name ?? "") && isTainted;
    })
    .filter(({ status }) => isTrue(status?.conditions, "Ready"))
    .map(({ metadata }) => `${metadata?.name ?? ""} takes no pods yet, though it is ready`);
}

/** What is wrong with the pods that belong to nodes. */
export function podProblems(pods: readonly V1Pod[], nodes: readonly string[]): string[] {
  return pods
    .filter((pod) => belongsToNode(pod) && nodes.includes(pod.spec?.nodeName ?? ""))
    .filter((pod) => !isReady(pod) || pod.metadata?.deletionTimestamp !== undefined)
    .map(({ metadata, spec }) => `${spec?.nodeName ?? ""}: pod ${metadata?.name ?? ""} is not ready`);
}

/** Whose pods are not ready, by the controllers' uids. */
export function unreadyOwners(pods: readonly V1Pod[]): Set<string> {
  return new Set(pods.filter(isUnready).map(ownerOf));
}

/**
 * Pods that are not ready, one sentence each.
 * @param before whose pods were not ready before: they are not looked at
 */
export function workloadProblems(pods: readonly V1Pod[], before: ReadonlySet<string>): string[] {
  return pods
    .filter((pod) => isUnready(pod) && !before.has(ownerOf(pod)))
    .map(({ metadata }) => `pod ${metadata?.namespace ?? ""}/${metadata?.name ?? ""} is not ready`);
}

/** What is wrong with etcd, when these control planes are to be its voters. */
export function etcdProblems(
  { members, unhealthy, alarms }: EtcdHealth,
  controlPlanes: readonly string[],
): string[] {
  const voters = members.filter(({ isLearner }) => isLearner !== true).map(({ name }) => name);
  const missing = controlPlanes.filter((name) => !voters.includes(name));
  return [
    ...missing.map((name) => `etcd: ${name} has no vote yet`),
    ...(unhealthy === undefined ? [] : [`etcd: not every member answers: ${unhealthy}`]),
    ...(alarms === "" ? [] : [`etcd: an alarm is raised: ${alarms}`]),
  ];
}

/** Everything that is wrong with this part of a cluster, one sentence each; empty when it is healthy. */
export async function healthProblems(connection: Connection, scope: HealthScope): Promise<string[]> {
  const { api } = connection;
  try {
    const [nodes, pods] = await Promise.all([api.listNode(), api.listNamespacedPod({ namespace })]);
    const found = [
      ...nodeProblems(nodes.items, scope.nodes),
      ...taintProblems(nodes.items, scope.nodes),
      ...podProblems(pods.items, scope.nodes),
    ];
    // To ask etcd costs a control plane that boots more than all else that is asked here: it comes last.
    if (found.length > 0 || scope.controlPlanes.length === 0) return found;
    return etcdProblems(await etcdHealth(connection), scope.controlPlanes);
  } catch (error) {
    return [`the API does not answer as it should: ${sentence(error)}`];
  }
}
