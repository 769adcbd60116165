import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";
import { egressOutside, egressToApi, egressToDns, type Peer, podsOf, policyPorts } from "./network-peers";
import type { PortArgs } from "./ports";
import { type Callee, isReference, type MicroserviceReference, portOf, selectorOf } from "./reference";
import { logicalName, metadataOf, type Workload } from "./workload";

/** Who may open connections to a program besides those that say so in their `talksTo`. */
export interface Caller {
  /** Namespace of the pods that may, such as `monitoring`. */
  readonly namespace: pulumi.Input<string>;
  /** Labels that they have. Default: all pods of the namespace. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Names of the ports that they may reach, of `ports`; the first one is `http`. Default: all. */
  readonly ports?: readonly string[];
}

/** What the policies of a workload are made of. */
export interface Connections {
  /** Whom it may open connections to. */
  readonly talksTo: readonly Callee[];
  /** Whether it may reach the cluster's API, too. Default false. */
  readonly usesApi?: boolean;
  /** Who may open connections to it. Default: those that say so themselves. */
  readonly calledBy?: readonly Caller[];
  /** All ports that it listens on, by name. Default none. */
  readonly ports?: Readonly<Record<string, PortArgs>>;
}

/**
 * The network policies of a workload: its own, which lets it out to DNS and those that it talks to, and nobody in but those
 * that it names, and one inside each of those that it talks to, which lets it in. Both sides are made here: who is called
 * need not know who will call. Policies add up, so other components let more in.
 */
export function createNetworkPolicies(workload: Workload, connections: Connections): void {
  const { talksTo, usesApi = false, calledBy = [], ports = {} } = connections;
  const own = selectorOf(workload.serviceName);
  const callees = talksTo.filter(isReference);
  new k8s.networking.v1.NetworkPolicy(
    logicalName(workload),
    {
      metadata: metadataOf(workload),
      spec: {
        podSelector: { matchLabels: own },
        policyTypes: ["Ingress", "Egress"],
        ...(calledBy.length > 0 && { ingress: calledBy.map((caller) => ingressFrom(caller, ports)) }),
        egress: [
          egressToDns,
          ...(usesApi ? [egressToApi] : []),
          ...callees.map((callee) => ({
            to: [podsOf(callee.namespace, selectorOf(callee.serviceName))],
            ports: [portOf(callee)],
          })),
          ...talksTo.flatMap((callee) => (isReference(callee) ? [] : [egressOutside(callee)])),
        ],
      },
    },
    { parent: workload.component },
  );
  const taken = new Set<string>();
  for (const callee of callees) {
    const policy = freeName(`${workload.serviceName}-to-${callee.serviceName}`, taken);
    letInto(workload, policy, callee, podsOf(workload.namespace, own));
  }
}

/** A name that no other has: one microservice may be called on two ports, and two may have one name in two namespaces. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}

function ingressFrom({ namespace, labels, ports: names }: Caller, ports: Readonly<Record<string, PortArgs>>) {
  const peer = podsOf(namespace, labels ?? {});
  const reached = Object.entries(ports).filter(([name]) => names?.includes(name) ?? true);
  return { from: [peer], ports: policyPorts(reached.map(([, port]) => port)) };
}

/** @param ports all that the program listens on, by name */
export function checkCallers(
  problems: Problems,
  callers: readonly Caller[],
  ports: Readonly<Record<string, PortArgs>>,
): void {
  const names = Object.keys(ports);
  for (const [index, caller] of callers.entries()) {
    for (const name of caller.ports ?? []) {
      const advice = names.length === 0 ? "it listens on none" : `give one of ${names.join(", ")}`;
      problems.expect(names.includes(name), `a name in calledBy[${index}].ports`, name, advice);
    }
    const setting = `calledBy[${index}].ports`;
    problems.expect(caller.ports?.length !== 0, setting, caller.ports, "give one, or leave it out for all");
    problems.expect(
      names.length > 0,
      `calledBy[${index}]`,
      names,
      "the program listens on no port: leave it out",
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
    logicalName(workload, policyName),
    {
      metadata: { ...metadataOf(workload, policyName), namespace: callee.namespace },
      spec: {
        podSelector: { matchLabels: selectorOf(callee.serviceName) },
        policyTypes: ["Ingress"],
        ingress: [{ from: [peer], ports: [portOf(callee)] }],
      },
    },
    { parent: workload.component },
  );
}
