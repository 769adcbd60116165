import { quickGet } from "./quick-get";

/** What a preview looks at of a Node: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/ */
export interface SeenNode {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly conditions?: readonly NodeCondition[] };
}

/** One of a Node's conditions. */
export interface NodeCondition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/**
 * Asks the API for its Nodes. Every preview does, so it is one request.
 * @param kubeconfig as `kubeconfig` of components/pki makes it
 * @returns none when the API does not answer: whatever else asks it says so
 */
export async function nodeList(kubeconfig: string): Promise<readonly SeenNode[]> {
  try {
    return ((await quickGet(kubeconfig, "/api/v1/nodes")) as { readonly items: readonly SeenNode[] }).items;
  } catch {
    return [];
  }
}

/** Whether something that the API has given is a Node. */
export function isNode(object: unknown): object is SeenNode {
  return (object as { readonly kind?: unknown }).kind === "Node";
}
