import type { V1LabelSelector, V1Node, V1Pod, V1PodDisruptionBudget } from "@kubernetes/client-node";

import type { EtcdState } from "../actions/etcd";
import { poolLabel } from "../members";
import { etcdProblems, nodeProblems } from "./health";
import { isControlPlane, type RollPlan, takesAway, type Turn } from "./plan";
import { versionProblem } from "./versions";

/** What a cluster's API says, as far as it decides whether a roll may begin. */
export interface ClusterFacts {
  readonly nodes: readonly V1Node[];
  readonly pods: readonly V1Pod[];
  readonly budgets: readonly V1PodDisruptionBudget[];
  /** Undefined where no control plane changes. */
  readonly etcd: EtcdState | undefined;
}

/**
 * Why a roll may not begin, one sentence each with what would be right; empty when it may, or nothing is taken away.
 * @param cluster undefined when the API does not answer: then there is no roll to protect, and no upgrade to begin
 */
export function refusals(plan: RollPlan, cluster: ClusterFacts | undefined): string[] {
  const turns = plan.waves.flat();
  const taken = turns.filter(takesAway);
  if (taken.length === 0) return [];
  const versions = versionRefusals(turns);
  if (versions.length > 0) return versions;
  if (cluster === undefined) return isUpgradeToBegin(turns) ? [silentUpgrade] : [];
  return [
    ...(isUpgradeToBegin(turns) ? [...awayRefusals(turns, cluster), ...foreignNodes(plan, cluster)] : []),
    ...etcdRefusals(taken, turns, cluster.etcd),
    ...budgetRefusals(taken, cluster),
  ];
}

const silentUpgrade =
  "the API does not answer; bring the cluster back with the version that runs, then change the version";

const versionsOf = (turns: readonly Turn[]): string[] =>
  turns.flatMap(({ live }) => (live?.state === "gone" ? [] : (live?.kubernetesVersion ?? [])));

function versionRefusals(turns: readonly Turn[]): string[] {
  const wanted = turns[0]?.machine.kubernetesVersion;
  if (wanted === undefined) return [];
  const problem = versionProblem({
    wanted,
    controlPlanes: versionsOf(turns.filter(isControlPlane)),
    workers: versionsOf(turns.filter((turn) => !isControlPlane(turn))),
  });
  return problem === undefined ? [] : [`the Kubernetes version ${problem}`];
}

/** Whether the version changes and no control plane has the new one yet: one that has begun goes on whatever is away. */
function isUpgradeToBegin(turns: readonly Turn[]): boolean {
  const wanted = turns[0]?.machine.kubernetesVersion;
  const running = versionsOf(turns.filter(isControlPlane));
  return running.length > 0 && wanted !== undefined && !running.includes(wanted);
}

function awayRefusals(turns: readonly Turn[], { nodes }: ClusterFacts): string[] {
  const there = turns.filter(({ live }) => live !== undefined).map(({ machine }) => machine.name);
  return nodeProblems(nodes, there).map(
    (problem) => `${problem}; bring it back with the version that runs, then change the version`,
  );
}

/** Nodes that are no machines of the program: nobody would bring them to the new version. */
function foreignNodes({ waves, leaving }: RollPlan, { nodes }: ClusterFacts): string[] {
  const own = new Set([
    ...waves.flat().map(({ machine }) => machine.name),
    ...leaving.map(({ name }) => name),
  ]);
  return nodes
    .filter(({ metadata }) => metadata?.labels?.[poolLabel] === undefined)
    .map(({ metadata }) => metadata?.name ?? "")
    .filter((name) => !own.has(name))
    .map(
      (name) =>
        `node ${name} is none of this cluster's machines; take it out with kubectl delete node ${name}`,
    );
}

/** One that is away already cannot answer. It comes first, and the others' gates look at etcd again. */
function etcdRefusals(taken: readonly Turn[], turns: readonly Turn[], etcd: EtcdState | undefined): string[] {
  const controlPlanes = turns.filter(isControlPlane);
  if (etcd === undefined || !taken.some(isControlPlane) || controlPlanes.some(({ isAway }) => isAway))
    return [];
  const voters = controlPlanes.map(({ machine }) => machine.name);
  return etcdProblems(etcd, voters).map((problem) => `${problem}; mend it, then run it again`);
}

/** Budgets under which a pod could never be evicted, however long one waits. */
function budgetRefusals(taken: readonly Turn[], { pods, budgets }: ClusterFacts): string[] {
  const nodes = new Set(taken.filter(({ isAway }) => !isAway).map(({ machine }) => machine.name));
  return budgets.filter(allowsNothing).flatMap(({ metadata, spec }) => {
    const held = pods.filter(
      (pod) =>
        nodes.has(pod.spec?.nodeName ?? "") &&
        pod.metadata?.namespace === metadata?.namespace &&
        selects(spec?.selector, pod.metadata?.labels ?? {}),
    );
    const names = [...new Set(held.map((pod) => pod.spec?.nodeName ?? ""))].sort();
    return held.length === 0
      ? []
      : [
          `the disruption budget ${metadata?.namespace ?? ""}/${metadata?.name ?? ""} never allows a pod of ${names.join(", ")} to move; ` +
            "loosen it, or run more replicas",
        ];
  });
}

function allowsNothing({ status }: V1PodDisruptionBudget): boolean {
  if (status === undefined || status.expectedPods === 0) return false;
  return status.disruptionsAllowed === 0 && status.desiredHealthy >= status.expectedPods;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
function selects(selector: V1LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}
