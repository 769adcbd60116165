import type { CoreV1Api, V1Node, V1Pod } from "@kubernetes/client-node";

import { connect } from "./actions/connect";
import { drainedAnnotation, uncordon } from "./actions/drain";
import { poolLabel } from "./members";
import { podProblems } from "./roll/health";

/** A Node as the cluster's API shows it. */
export interface NodeStatus {
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not ready, in the kubelet's words; empty when it is. */
  readonly message: string;
  /** When its kubelet last said so, to the second. */
  readonly heartbeat: Date | undefined;
  /** Whether its pods were moved away because its machine was made anew. */
  readonly drained: boolean;
  /** The pool that made its machine by itself; undefined when none did. */
  readonly pool?: string | undefined;
}

/** What is seen and done of a cluster's nodes while its machines start. Both throw while the API does not answer. */
export interface Nodes {
  /** All nodes as the API shows them. */
  list(): Promise<NodeStatus[]>;
  /**
   * Lets pods and connections onto a node again that was drained because its machine was made anew, if what belongs to it is
   * ready: without its pod network it would lose them. Gives whether it was so.
   */
  welcome(name: string): Promise<boolean>;
}

function nodeStatus(node: V1Node): NodeStatus {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  return {
    name: node.metadata?.name ?? "",
    ready: ready?.status === "True",
    message: ready?.status === "True" ? "" : (ready?.message ?? "the kubelet has not reported yet"),
    heartbeat: ready?.lastHeartbeatTime,
    pool: node.metadata?.labels?.[poolLabel],
    drained: node.metadata?.annotations?.[drainedAnnotation] !== undefined,
  };
}

/** kube-proxy says that it is not ready as long as its node is to be drained: https://kep.k8s.io/3836 */
const isReadyWhileDrained = ({ metadata }: V1Pod): boolean => metadata?.labels?.["k8s-app"] !== "kube-proxy";

/** The nodes of the cluster that a kubeconfig leads to. */
export function nodesOf(kubeconfig: string): Nodes {
  let client: Promise<CoreV1Api> | undefined;
  const api = (): Promise<CoreV1Api> => (client ??= connect(kubeconfig).then((connection) => connection.api));
  return {
    list: async () => (await (await api()).listNode()).items.map(nodeStatus),
    welcome: async (name) => {
      const pods = await (await api()).listNamespacedPod({ namespace: "kube-system" });
      if (podProblems(pods.items.filter(isReadyWhileDrained), [name]).length > 0) return false;
      await uncordon(await api(), name);
      return true;
    },
  };
}
