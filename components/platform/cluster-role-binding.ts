import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface ClusterRoleGrant {
  /** Name of the ClusterRole. */
  readonly role: pulumi.Input<string>;
  readonly account: k8s.core.v1.ServiceAccount;
  /** Name of the ClusterRoleBinding. */
  readonly bindingName: string;
}

/** Lets a ServiceAccount do in the whole cluster what a ClusterRole allows. */
export function bindClusterRole(
  name: string,
  { role, account, bindingName }: ClusterRoleGrant,
  options: pulumi.CustomResourceOptions,
): k8s.rbac.v1.ClusterRoleBinding {
  return new k8s.rbac.v1.ClusterRoleBinding(
    name,
    {
      metadata: { name: bindingName },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
      subjects: [
        { kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace },
      ],
    },
    options,
  );
}
