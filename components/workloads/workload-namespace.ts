import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { egressToDns } from "./network-peers";

/**
 * A namespace for microservices: Pod Security `restricted` enforced, and no traffic
 * in or out but DNS until a policy says so.
 *
 * @example
 * const shop = new WorkloadNamespace("shop", { provider });
 * new Microservice("catalog", { namespace: shop.namespaceName, image }, { provider });
 */
export class WorkloadNamespace extends pulumi.ComponentResource {
  /** Name of the namespace: the component's own name. Known when the namespace is there. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, options: pulumi.ComponentResourceOptions) {
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
        metadata: { name: "default-deny", namespace: this.namespaceName },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      child,
    );
    new k8s.networking.v1.NetworkPolicy(
      `${name}-allow-dns`,
      {
        metadata: { name: "allow-dns", namespace: this.namespaceName },
        spec: { podSelector: {}, policyTypes: ["Egress"], egress: [egressToDns] },
      },
      child,
    );
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}
