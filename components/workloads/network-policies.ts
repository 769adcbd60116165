import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { defaultPort, type MicroserviceReference, selectorOf } from "./reference";
import { metadataOf, type Workload } from "./workload";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type EgressRule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/**
 * The network policies of a workload: its own, which lets it out to DNS and those that it talks to and lets nobody in,
 * and one inside each of those, which lets it in. Both sides are made here: who is called need not know who will call.
 * Policies add up, so other components let more in.
 * @param usesApi whether it may reach the cluster's API, too
 */
export function createNetworkPolicies(
  workload: Workload,
  talksTo: readonly MicroserviceReference[],
  { usesApi = false } = {},
): void {
  const own = selectorOf(workload.serviceName);
  new k8s.networking.v1.NetworkPolicy(
    workload.serviceName,
    {
      metadata: metadataOf(workload),
      spec: {
        podSelector: { matchLabels: own },
        policyTypes: ["Ingress", "Egress"],
        egress: [
          egressToDns,
          ...(usesApi ? [egressToApi] : []),
          ...talksTo.map((callee) => ({
            to: [podsOf(callee.namespace, selectorOf(callee.serviceName))],
            ports: [tcp(callee.port)],
          })),
        ],
      },
    },
    { parent: workload.component },
  );
  for (const callee of talksTo) {
    letInto(
      workload,
      `${workload.serviceName}-to-${callee.serviceName}`,
      callee,
      podsOf(workload.namespace, own),
    );
  }
}

/** Lets a peer reach a microservice's pods on their port. */
export function letInto(
  workload: Workload,
  policyName: string,
  callee: MicroserviceReference,
  peer: Peer,
): k8s.networking.v1.NetworkPolicy {
  return new k8s.networking.v1.NetworkPolicy(
    policyName,
    {
      metadata: { ...metadataOf(workload, policyName), namespace: callee.namespace },
      spec: {
        podSelector: { matchLabels: selectorOf(callee.serviceName) },
        policyTypes: ["Ingress"],
        ingress: [{ from: [peer], ports: [tcp(callee.port)] }],
      },
    },
    { parent: workload.component },
  );
}

/** Pods of a namespace, as a network policy's peer. */
export function podsOf(namespace: pulumi.Input<string>, labels: Record<string, string>): Peer {
  return {
    // Every namespace carries its name in this label: the API server sees to it.
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}

function tcp(port = defaultPort) {
  return { port, protocol: "TCP" };
}

/** Lets a pod ask the cluster's DNS. The label is the one that every distribution's DNS pods have. */
export const egressToDns: EgressRule = {
  to: [podsOf("kube-system", { "k8s-app": "kube-dns" })],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

/**
 * Lets a pod reach the cluster's API. Policies see the addresses behind the Service `kubernetes`, which are machines'
 * and nobody here knows; so it is the ports that API servers listen on, at any address.
 */
const egressToApi: EgressRule = {
  to: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
  ports: [tcp(6443), tcp(443)],
};
