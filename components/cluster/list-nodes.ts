import type { CoreV1Api, V1Node } from "@kubernetes/client-node";

import type { NodeStatus } from "./readiness";

function nodeStatus(node: V1Node): NodeStatus {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  return {
    name: node.metadata?.name ?? "",
    ready: ready?.status === "True",
    message: ready?.status === "True" ? "" : (ready?.message ?? "the kubelet has not reported yet"),
  };
}

/** A function that asks the cluster of a kubeconfig for its nodes; it throws while the API does not answer. */
export function nodeLister(kubeconfig: string): () => Promise<NodeStatus[]> {
  let client: Promise<CoreV1Api> | undefined;
  return async () => {
    client ??= connect(kubeconfig);
    const { items } = await (await client).listNode();
    return items.map(nodeStatus);
  };
}

async function connect(kubeconfig: string): Promise<CoreV1Api> {
  // Loaded here, as it takes most of a second and a preview never asks.
  const { CoreV1Api: Api, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return config.makeApiClient(Api);
}
