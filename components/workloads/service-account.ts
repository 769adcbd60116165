import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { logicalName, metadataOf, type Workload } from "./workload";

/**
 * What a program may do with the cluster's API in its own namespace: the name of a ClusterRole, such as `view`, or a
 * rule of its own, such as `{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }`.
 */
export type Role = string | k8s.types.input.rbac.v1.PolicyRule;

/** Name of the ServiceAccount that a workload's pods have, and whether they get a token of it. */
export interface Account {
  readonly name: pulumi.Output<string>;
  readonly withToken: boolean;
}

/** Makes the ServiceAccount, and in its namespace the roles that it has. Without any, its pods get no token. */
export function createServiceAccount(workload: Workload, roles: readonly Role[]): Account {
  const account = new k8s.core.v1.ServiceAccount(
    logicalName(workload),
    { metadata: metadataOf(workload), automountServiceAccountToken: false },
    { parent: workload.component },
  );
  const rules = roles.filter((role) => typeof role !== "string");
  if (rules.length > 0) {
    const role = new k8s.rbac.v1.Role(
      logicalName(workload),
      { metadata: metadataOf(workload), rules },
      { parent: workload.component },
    );
    bind(workload, account, { kind: "Role", name: role.metadata.name }, workload.serviceName);
  }
  for (const name of roles.filter((role) => typeof role === "string")) {
    bind(workload, account, { kind: "ClusterRole", name }, `${workload.serviceName}-${name}`);
  }
  return { name: account.metadata.name, withToken: roles.length > 0 };
}

function bind(
  workload: Workload,
  account: k8s.core.v1.ServiceAccount,
  role: { readonly kind: string; readonly name: pulumi.Input<string> },
  bindingName: string,
): void {
  new k8s.rbac.v1.RoleBinding(
    logicalName(workload, bindingName),
    {
      metadata: metadataOf(workload, bindingName),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", ...role },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: workload.namespace }],
    },
    { parent: workload.component },
  );
}
