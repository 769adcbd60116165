import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { portNumber, type PortNumber } from "./ports";
import type { Outside } from "./reference";

/** One side of a connection, as a network policy names it. */
export type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type EgressRule = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/** Every pod of the cluster. */
export const anyPod: Peer = { namespaceSelector: {} };

/** Whatever has an address, in the cluster and outside. */
export const anywhere: Peer = { ipBlock: { cidr: "0.0.0.0/0" } };

/** The pods of a namespace that have these labels. */
export function podsOf(namespace: pulumi.Input<string>, labels: Record<string, string>): Peer {
  return {
    // Every namespace carries its name in this label: the API server sees to it.
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}

/** TCP ports, as a network policy lists them. */
export function tcp(...ports: number[]): k8s.types.input.networking.v1.NetworkPolicyPort[] {
  return policyPorts(ports);
}

/** The same of ports that may speak UDP. */
export function policyPorts(
  ports: readonly (number | PortNumber)[],
): k8s.types.input.networking.v1.NetworkPolicyPort[] {
  return ports.map(portNumber);
}

/** Lets a pod reach addresses outside the cluster. */
export function egressOutside({ cidrs, except, ports }: Outside): EgressRule {
  return {
    to: cidrs.map((cidr) => ({ ipBlock: { cidr, ...(except && { except: [...except] }) } })),
    ports: policyPorts(ports),
  };
}

/** Lets a pod ask the cluster's DNS. The label is the one that every distribution's DNS pods have. */
export const egressToDns: EgressRule = {
  to: [podsOf("kube-system", { "k8s-app": "kube-dns" })],
  ports: [{ port: 53, protocol: "UDP" }, ...tcp(53)],
};

/**
 * Lets a pod reach the cluster's API. Policies see the addresses behind the Service `kubernetes`, which are machines'
 * and nobody here knows; so it is the ports that API servers listen on, kubeadm's 6443 and elsewhere often 443, at any
 * address.
 */
export const egressToApi: EgressRule = { to: [anywhere], ports: tcp(6443, 443) };
