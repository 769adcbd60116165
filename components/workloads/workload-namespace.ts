import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { egressToDns } from "./network-peers";

/**
 * A namespace for microservices: Pod Security `restricted` enforced, no traffic in or out but DNS until a policy says so, and 1Gi
 * of a node's disk for each container that says nothing of `ephemeral-storage`: the kubelet evicts a pod that writes more. Another name than one of `a-z`, `0-9` and `-`, or one of the cluster's own
 * namespaces, throws an error.
 *
 * @example
 * const shop = new WorkloadNamespace("shop", { provider });
 * new Microservice("catalog", { namespace: shop.namespaceName, image }, { provider });
 */
export class WorkloadNamespace extends pulumi.ComponentResource {
  /** Name of the namespace: the component's own name. Known when the namespace is there. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, options: pulumi.ComponentResourceOptions) {
    const problems = new Problems();
    problems.expectNamespace("name", name);
    problems.throwIfAny("WorkloadNamespace", name);
    super("slipway:workloads:WorkloadNamespace", name, {}, options);
    const child = { parent: this };

    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name,
          labels: {
            "app.kubernetes.io/managed-by": "pulumi",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
            "pod-security.kubernetes.io/audit": "restricted",
          },
        },
      },
      child,
    );
    this.namespaceName = namespace.metadata.name;
    new k8s.networking.v1.NetworkPolicy(
      `${name}-default-deny`,
      {
        metadata: { name: "default-deny", namespace: this.namespaceName, labels: administrators },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      child,
    );
    new k8s.networking.v1.NetworkPolicy(
      `${name}-allow-dns`,
      {
        metadata: { name: "allow-dns", namespace: this.namespaceName, labels: administrators },
        spec: { podSelector: {}, policyTypes: ["Egress"], egress: [egressToDns] },
      },
      child,
    );
    new k8s.core.v1.LimitRange(
      `${name}-disk`,
      { metadata: { name: "disk", namespace: this.namespaceName }, spec: { limits: [diskLimit] } },
      child,
    );
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}

/** Of what a container writes into its own layer, its log and its pod's emptyDirs. */
const diskLimit = {
  type: "Container",
  defaultRequest: { "ephemeral-storage": "64Mi" },
  default: { "ephemeral-storage": "1Gi" },
};

/** By this label `TenantPolicies` knows network policies that no tenant may change. */
const administrators = { "app.kubernetes.io/managed-by": "pulumi" };
