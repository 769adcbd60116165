import type { V1PersistentVolume, V1Pod } from "@kubernetes/client-node";

import type { EtcdState } from "../actions/etcd";
import { isBound } from "../actions/volumes";
import { nodeProblems } from "./health";
import { type RollPlan, takesAway } from "./plan";
import type { ClusterFacts } from "./refusals";

/** An API that somebody has asked for since the API server started, and that a later release does not have. */
export interface DeprecatedApi {
  /** Such as `flowcontrol.apiserver.k8s.io/v1beta3 flowschemas`. */
  readonly name: string;
  /** The first release without it, such as `1.37`; empty where none is planned. */
  readonly removedIn: string;
}

/** What else of a cluster there is to say before a roll. */
export interface RollFindings extends ClusterFacts {
  readonly volumes: readonly V1PersistentVolume[];
  readonly deprecatedApis: readonly DeprecatedApi[];
}

const nameOf = ({ metadata }: V1Pod): string => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

/**
 * What a roll will meet that does not keep it from beginning, one sentence each.
 * @param wanted the Kubernetes version that it leads to, without a leading `v`
 */
export function rollFindings(plan: RollPlan, cluster: RollFindings, wanted: string): string[] {
  const taken = plan.waves.flat().filter(takesAway);
  const nodes = [...taken.map(({ machine }) => machine.name), ...plan.leaving.map(({ name }) => name)];
  const pods = cluster.pods.filter(({ spec }) => nodes.includes(spec?.nodeName ?? ""));
  return [
    ...nodeProblems(cluster.nodes, nodes),
    ...pods
      .filter(isAlone)
      .map((pod) => `pod ${nameOf(pod)} has no controller: it is not made anew elsewhere`),
    ...pods.flatMap((pod) => boundPod(pod, cluster.volumes)),
    ...cluster.budgets
      .filter(({ status }) => status?.disruptionsAllowed === 0 && status.expectedPods > 0)
      .map(
        ({ metadata }) =>
          `the disruption budget ${metadata?.namespace ?? ""}/${metadata?.name ?? ""} allows no disruption now: a drain would wait`,
      ),
    ...etcdSize(cluster.etcd),
    ...cluster.deprecatedApis
      .filter(({ removedIn }) => removedIn !== "" && minorOf(removedIn) <= minorOf(wanted))
      .map(({ name, removedIn }) => `the API ${name} is in use, and gone in ${removedIn}`),
  ];
}

/** From this part of its quota on etcd's size is said: at all of it nothing can be written any more. */
const muchOfQuota = 0.75;

function etcdSize(etcd: EtcdState | undefined): string[] {
  if (etcd === undefined) return [];
  const { size, unused, quota } = etcd.database;
  if (size < muchOfQuota * quota) return [];
  return [
    `etcd's data are ${mebibytes(size)}, of ${mebibytes(quota)} at which it takes no more: delete what is not needed; ` +
      `etcdctl defrag gives ${mebibytes(unused)} of them back`,
  ];
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

const minorOf = (version: string): number => Number(version.split(".")[1] ?? 0);

/** Nobody makes it again: it was made by hand. */
function isAlone({ metadata, status }: V1Pod): boolean {
  const isOver = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !isOver && (metadata?.ownerReferences ?? []).length === 0;
}

/** A pod with a disk that only its own node has. */
function boundPod(pod: V1Pod, volumes: readonly V1PersistentVolume[]): string[] {
  return isBound(pod, volumes)
    ? [`pod ${nameOf(pod)} stops while ${pod.spec?.nodeName ?? ""} is away: its volume is on that machine`]
    : [];
}

/**
 * Deprecated APIs by an API server's own metrics:
 * https://kubernetes.io/docs/reference/instrumentation/metrics/ (apiserver_requested_deprecated_apis)
 */
export function deprecatedApis(metrics: string): DeprecatedApi[] {
  const lines = metrics.matchAll(/^apiserver_requested_deprecated_apis\{(.*)\} 1$/gm);
  return [...lines].map(([, text = ""]) => {
    const labels = new Map(
      [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
    );
    const of = (name: string): string => labels.get(name) ?? "";
    const group = of("group") === "" ? of("version") : `${of("group")}/${of("version")}`;
    return { name: `${group} ${of("resource")}`, removedIn: of("removed_release") };
  });
}
