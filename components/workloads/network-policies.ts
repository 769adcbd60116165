import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type EgressRule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/** The pods of one microservice, as a network policy's peer. */
export function podsOf(namespace: pulumi.Input<string>, labels: Record<string, string>): Peer {
  return {
    // Every namespace carries its name in this label: the API server sees to it.
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}

/** Whatever is outside the cluster. */
export const anywhere: Peer = { ipBlock: { cidr: "0.0.0.0/0" } };

/** Lets a pod ask the cluster's DNS. The label is the one that every distribution's DNS pods have. */
export const egressToDns: EgressRule = {
  to: [podsOf("kube-system", { "k8s-app": "kube-dns" })],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};
