import type { SeenNode } from "../../components/cluster/actions/node-list";
import { brokenNodes } from "../../components/cluster/roll/broken-nodes";
import type { MachineDrift } from "./machines";

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
