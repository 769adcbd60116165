import * as k8s from "@pulumi/kubernetes";

import { egressToApi, egressToDns, type Peer, podsOf, tcp } from "./network-peers";
import { defaultPort, type MicroserviceReference, selectorOf } from "./reference";
import { metadataOf, type Workload } from "./workload";

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
            ports: tcp(callee.port ?? defaultPort),
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
        ingress: [{ from: [peer], ports: tcp(callee.port ?? defaultPort) }],
      },
    },
    { parent: workload.component },
  );
}
