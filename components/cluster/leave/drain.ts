import type { CoreV1Api, V1Node, V1Pod } from "@kubernetes/client-node";

/** Set while a machine is made anew: whoever sees it come back lets pods onto it again. */
export const drainedAnnotation = "slipway.dev/drained";

/** What a drain needs to know and to tell. */
export interface DrainOptions {
  readonly node: string;
  /** How long pods may take to go, disruption budgets included. */
  readonly timeoutSeconds: number;
  /** Takes a line when what is waited for changes. */
  readonly report: (line: string) => void;
}

const nameOf = ({ metadata }: V1Pod): string => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

/** What a node's pods are to a drain: those of DaemonSets and of the kubelet's own folder stay, as nothing moves them. */
function mustGo({ metadata, status }: V1Pod): boolean {
  const isMirror = metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  const isDaemon = metadata?.ownerReferences?.some(
    ({ kind, controller }) => kind === "DaemonSet" && controller,
  );
  const isOver = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !isMirror && !isDaemon && !isOver;
}

/** Whether a kubelet reports for the node: without one, nobody confirms that a pod has ended. */
export function isAlive(node: V1Node): boolean {
  return node.status?.conditions?.find(({ type }) => type === "Ready")?.status !== "Unknown";
}

/** Keeps new pods away. */
export async function cordon(api: CoreV1Api, node: string): Promise<void> {
  await patchNode(api, node, true, "true");
}

/** Lets pods onto the node again. */
export async function uncordon(api: CoreV1Api, node: string): Promise<void> {
  await patchNode(api, node, null, null);
}

async function patchNode(
  api: CoreV1Api,
  name: string,
  unschedulable: true | null,
  annotation: "true" | null,
): Promise<void> {
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  await api.patchNode(
    {
      name,
      body: { metadata: { annotations: { [drainedAnnotation]: annotation } }, spec: { unschedulable } },
    },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}

/** Asks for a pod's end, by a way that heeds disruption budgets. Gives why it has to wait, if it has to. */
async function evict(api: CoreV1Api, pod: V1Pod): Promise<string | undefined> {
  const { name = "", namespace = "" } = pod.metadata ?? {};
  try {
    await api.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
    return undefined;
  } catch (error) {
    const { code, body } = error as { code?: number; body?: unknown };
    if (code === 404) return undefined;
    if (code !== 429) throw error;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return /"message":"([^"]*)/.exec(text)?.[1] ?? "a disruption budget does not allow it yet";
  }
}

/**
 * Moves every pod that can run elsewhere away from a cordoned node, as `kubectl drain --ignore-daemonsets
 * --delete-emptydir-data` does: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 *
 * @throws Error that names the pods which did not go in time, and what keeps each
 */
export async function drain(api: CoreV1Api, { node, timeoutSeconds, report }: DrainOptions): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  const isGoing = new Set<string>();
  let told = "";
  for (;;) {
    const { items } = await api.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    const staying = items.filter(mustGo);
    if (staying.length === 0) return;
    const obstacles: string[] = [];
    for (const pod of staying) {
      const id = pod.metadata?.uid ?? nameOf(pod);
      if (isGoing.has(id)) continue;
      const obstacle = await evict(api, pod);
      if (obstacle === undefined) isGoing.add(id);
      else obstacles.push(`${nameOf(pod)}: ${obstacle}`);
    }
    const waitingFor = obstacles.length > 0 ? obstacles : staying.map((pod) => `${nameOf(pod)} to end`);
    if (Date.now() > deadline) {
      throw new Error(
        `${node} could not be drained within ${timeoutSeconds} s:\n  ${waitingFor.join("\n  ")}\n` +
          "make room for these pods elsewhere or loosen their disruption budget, then run it again",
      );
    }
    const line = `${node}: draining, waiting for ${waitingFor.join(", ")}`;
    if (line !== told) report(line);
    told = line;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
