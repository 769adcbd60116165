import * as pulumi from "@pulumi/pulumi";

import type { ApiEndpoint } from "../api-endpoint";

/**
 * What the programs that act on AWS in the cluster's name have in common: they run on control planes, whose instance role
 * may, and in the machine's own network, as the metadata service with that role's credentials answers no further.
 */
export const controlPlanePod = {
  hostNetwork: true,
  // Names of AWS' APIs are none of the cluster's.
  dnsPolicy: "Default",
  nodeSelector: { "kubernetes.io/os": "linux", "node-role.kubernetes.io/control-plane": "" },
  // Before the pod network is there, and before the cloud controller manager has seen the node.
  tolerations: [{ operator: "Exists" }],
};

/** For a program that needs no right on its machine. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Sends a program that uses its account to the API's stable address, so that it does not wait for Services to work. */
export function apiVariables({ host, port }: ApiEndpoint): { name: string; value: pulumi.Input<string> }[] {
  return [
    { name: "KUBERNETES_SERVICE_HOST", value: host },
    { name: "KUBERNETES_SERVICE_PORT", value: pulumi.interpolate`${port}` },
  ];
}
