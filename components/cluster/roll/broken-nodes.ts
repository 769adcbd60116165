import type { SeenNode } from "../actions/node-list";

/** A node that does not come back by itself. */
export interface BrokenNode {
  readonly name: string;
  /** What is wrong with it, such as `has not been ready for 12 minutes: Kubelet stopped posting node status.` */
  readonly problem: string;
}

/** How long a node may be away before it is broken, in minutes: as long as its pods stay with it. A boot takes less than one. */
export const brokenAfterMinutes = 5;

/** Nodes that have not been ready for so long that somebody has to do something. */
export function brokenNodes(nodes: readonly SeenNode[], now: number = Date.now()): BrokenNode[] {
  return nodes.flatMap(({ metadata: { name }, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    // It has not reported yet.
    if (ready?.lastTransitionTime === undefined || ready.status === "True") return [];
    const minutes = Math.floor((now - Date.parse(ready.lastTransitionTime)) / 60_000);
    if (minutes < brokenAfterMinutes) return [];
    const why = ready.message === undefined || ready.message === "" ? "" : `: ${ready.message}`;
    return [{ name, problem: `has not been ready for ${minutes} minutes${why}` }];
  });
}

/**
 * The same for a person, with what to do.
 * @param machines names of those that the program makes; a pool that makes its machines by itself replaces them, too
 */
export function brokenNodeFindings(broken: readonly BrokenNode[], machines: readonly string[]): string[] {
  return broken.map(({ name, problem }) => {
    const isOurs = machines.includes(name);
    const remedy = isOurs
      ? `make replace MACHINE=${name} makes it anew over its disk`
      : "its pool makes another one in its place";
    return `${name} ${problem.replace(/[.]$/, "")}; ${remedy}`;
  });
}
