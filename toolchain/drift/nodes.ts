import { isNode, type SeenNode } from "../../components/cluster/actions/node-list";
import { brokenNodes } from "../../components/cluster/roll/broken-nodes";
import { inClusters } from "../recover/cluster";
import type { Deployment } from "../recover/deployment";
import type { MachineDrift } from "./machines";

/**
 * Has each cluster of a state say which of its machines are no nodes, or none that is well.
 * @param inClear - the state with its secrets in clear, for the kubeconfigs
 * @param machines - names of those that run
 * @returns none when a cluster's API does not answer
 */
export async function nodeDrift(inClear: Deployment, machines: readonly string[]): Promise<MachineDrift[]> {
  const lists = await inClusters(inClear.resources ?? [], inClear, (cluster) => cluster.list(["Node"]));
  const answered = lists.flatMap((list) => (list === undefined ? [] : [list.filter(isNode)]));
  return answered.length === 0 ? [] : driftOfNodes(answered.flat(), machines);
}

/** What of the machines that run are no nodes, or none that is well. */
export function driftOfNodes(
  nodes: readonly SeenNode[],
  machines: readonly string[],
  now: number = Date.now(),
): MachineDrift[] {
  const broken = new Map(brokenNodes(nodes, now).map(({ name, problem }) => [name, problem]));
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  return machines.flatMap((machine) => {
    const problem = known.has(machine)
      ? broken.get(machine)
      : "is none of the cluster: somebody has deleted it";
    return problem === undefined ? [] : [{ machine, problems: [`the node ${problem}`] }];
  });
}
