import * as k8s from "@pulumi/kubernetes";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type EgressRule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/** Every pod of the cluster. */
export const anyPod: Peer = { namespaceSelector: {} };

/** Whatever has an address, in the cluster and outside. */
export const anywhere: Peer = { ipBlock: { cidr: "0.0.0.0/0" } };

/** The pods of a namespace that have these labels. */
export function podsIn(namespace: string, labels: Record<string, string>): Peer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}

/** TCP ports, as a network policy lists them. */
export function tcp(...ports: number[]) {
  return ports.map((port) => ({ port, protocol: "TCP" }));
}

/** Lets a pod ask the cluster's DNS. The label is the one that every distribution's DNS pods have. */
export const egressToDns: EgressRule = {
  to: [podsIn("kube-system", { "k8s-app": "kube-dns" })],
  ports: [{ port: 53, protocol: "UDP" }, ...tcp(53)],
};

/**
 * Lets a pod talk to the API server. Its Service leads to machines, whose addresses differ from cluster to cluster, and
 * a policy looks at where a connection leads to in the end: at kubeadm's port 6443, elsewhere often 443.
 */
export const egressToApi: EgressRule = { to: [anywhere], ports: tcp(443, 6443) };
