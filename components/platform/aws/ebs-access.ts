import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { bindClusterRole } from "../cluster-role-binding";
import { ebsLabels } from "./ebs-pods";

/** The accounts of the driver's two halves, and what gives them their rights. */
interface EbsAccess {
  readonly controller: k8s.core.v1.ServiceAccount;
  readonly node: k8s.core.v1.ServiceAccount;
  readonly grants: pulumi.Resource[];
}

/** Makes the accounts of the EBS CSI driver, called as upstream's, and grants each what its programs need. */
export function grantEbsAccess(
  name: string,
  namespace: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): EbsAccess {
  const account = (half: string): k8s.core.v1.ServiceAccount =>
    new k8s.core.v1.ServiceAccount(
      `${name}-${half}`,
      { metadata: { name: `ebs-csi-${half}-sa`, namespace, labels: ebsLabels } },
      options,
    );
  const controller = account("controller");
  const node = account("node");

  const grant = (
    roleName: string,
    rules: k8s.types.input.rbac.v1.PolicyRule[],
    to: k8s.core.v1.ServiceAccount,
  ): pulumi.Resource => {
    const role = new k8s.rbac.v1.ClusterRole(
      `${name}-${roleName}`,
      { metadata: { name: `ebs-${roleName}`, labels: ebsLabels }, rules },
      options,
    );
    const binding = { role: role.metadata.name, account: to, bindingName: `ebs-${roleName}` };
    return bindClusterRole(`${name}-${roleName}`, binding, options);
  };
  const leases = new k8s.rbac.v1.Role(
    `${name}-leases`,
    { metadata: { name: "ebs-csi-leases", namespace, labels: ebsLabels }, rules: electsLeaders },
    options,
  );
  const leader = new k8s.rbac.v1.RoleBinding(
    `${name}-leases`,
    {
      metadata: { name: "ebs-csi-leases", namespace, labels: ebsLabels },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: leases.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: controller.metadata.name, namespace }],
    },
    options,
  );
  const grants = [
    grant("external-provisioner", provisions, controller),
    grant("external-attacher", attaches, controller),
    grant("external-resizer", resizes, controller),
    grant("csi-node", mounts, node),
    leader,
  ];
  return { controller, node, grants };
}

const reads = ["get", "list", "watch"];
const writesEvents = { apiGroups: [""], resources: ["events"], verbs: ["create", "update", "patch"] };
const core = (resource: string, verbs: string[]) => ({ apiGroups: [""], resources: [resource], verbs });
const storage = (resource: string, verbs: string[]) => ({
  apiGroups: ["storage.k8s.io"],
  resources: [resource],
  verbs,
});

// Upstream's lists without snapshots, whose kinds of objects are not there:
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/tree/master/deploy/kubernetes/base

const provisions: k8s.types.input.rbac.v1.PolicyRule[] = [
  core("persistentvolumes", [...reads, "create", "patch", "delete"]),
  core("persistentvolumeclaims", [...reads, "update"]),
  core("nodes", reads),
  storage("storageclasses", reads),
  storage("csinodes", reads),
  storage("volumeattachments", reads),
  storage("volumeattributesclasses", ["get"]),
  { ...writesEvents, verbs: ["list", "watch", ...writesEvents.verbs] },
];

const attaches: k8s.types.input.rbac.v1.PolicyRule[] = [
  core("persistentvolumes", [...reads, "patch"]),
  storage("csinodes", reads),
  storage("volumeattachments", [...reads, "patch"]),
  storage("volumeattachments/status", ["patch"]),
];

const resizes: k8s.types.input.rbac.v1.PolicyRule[] = [
  core("persistentvolumes", [...reads, "patch"]),
  core("persistentvolumeclaims", reads),
  core("persistentvolumeclaims/status", ["patch"]),
  core("pods", reads),
  storage("volumeattributesclasses", reads),
  { ...writesEvents, verbs: ["list", "watch", ...writesEvents.verbs] },
];

/** Not to patch Nodes, which upstream's may to remove a taint that ours do not have: this account is on every machine. */
const mounts: k8s.types.input.rbac.v1.PolicyRule[] = [
  core("nodes", reads),
  storage("csinodes", ["get"]),
  storage("volumeattachments", reads),
];

/** In a namespace of their own. */
const electsLeaders: k8s.types.input.rbac.v1.PolicyRule[] = [
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: [...reads, "create", "update", "delete"],
  },
];
