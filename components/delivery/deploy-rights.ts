import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type PolicyRule = k8s.types.input.rbac.v1.PolicyRule;

const read = ["get", "list", "watch"];
const manage = [...read, "create", "update", "patch", "delete"];

/**
 * What deploying into a namespace takes, and no more: the objects that microservices are made of, and how their pods
 * are. Not in it: roles and their bindings, namespaces, tokens of accounts, `exec` into pods, and everything outside
 * namespaces.
 */
export const deployRules: readonly PolicyRule[] = [
  {
    apiGroups: [""],
    // Secrets: a microservice has some, and Helm keeps its releases in them.
    resources: ["configmaps", "persistentvolumeclaims", "secrets", "serviceaccounts", "services"],
    verbs: manage,
  },
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: manage },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: manage },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: manage },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: manage },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: manage },
  { apiGroups: [""], resources: ["endpoints", "events", "pods", "pods/log"], verbs: read },
  { apiGroups: ["apps"], resources: ["controllerrevisions", "replicasets"], verbs: read },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: read },
];

/** An account, and what it may do where. */
export interface Grant {
  /** Of the ServiceAccount. */
  readonly account: { readonly name: pulumi.Input<string>; readonly namespace: pulumi.Input<string> };
  /** Where it may do it. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the Role and of its binding. */
  readonly roleName: string;
  readonly rules: readonly PolicyRule[];
}

/**
 * Lets an account do something in one namespace. Its resources are named `name`.
 *
 * @returns the binding, with which the account has its rights
 */
export function grant(
  name: string,
  { account, namespace, roleName, rules }: Grant,
  options: pulumi.CustomResourceOptions,
): k8s.rbac.v1.RoleBinding {
  const metadata = { name: roleName, namespace, labels: { "app.kubernetes.io/managed-by": "pulumi" } };
  const role = new k8s.rbac.v1.Role(name, { metadata, rules: [...rules] }, options);
  return new k8s.rbac.v1.RoleBinding(
    name,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }],
    },
    options,
  );
}
