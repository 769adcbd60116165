import { stringify } from "yaml";

import type { ControlPlaneIdentity, MachineFile } from "./facts";

/** Where the API server's own configuration lies on a control plane; mounted read-only into its pod. */
export const apiServerDirectory = "/etc/kubernetes/api-server";
export const auditLogDirectory = "/var/log/kubernetes/audit";

const document = (name: string, content: object): MachineFile => ({
  path: `${apiServerDirectory}/${name}.yaml`,
  content: stringify(content),
  permissions: "0600",
});

/**
 * Secrets are cipher text in etcd from the first write on.
 * @param keys the first one writes, all are read; each is known in what it wrote by its number
 */
export function encryptionConfiguration(keys: ControlPlaneIdentity["encryptionKeys"]): MachineFile {
  const named = keys.map(({ key, generation }) => ({ name: `key-${generation}`, secret: key }));
  return document("encryption", {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources: ["secrets"],
        // `identity` comes last: it reads what an older cluster wrote in clear, and never writes.
        providers: [{ secretbox: { keys: named } }, { identity: {} }],
      },
    ],
  });
}

/** Who did what: every change, without the bodies that hold secrets, and without the kubelets' constant noise. */
export function auditPolicy(): MachineFile {
  return document("audit-policy", {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [
      { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"] },
      { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
      { level: "None", resources: [{ group: "", resources: ["events"] }] },
      // Before the next rule: a stolen kubelet's certificate is a node's, too.
      {
        level: "Metadata",
        resources: [{ group: "", resources: ["secrets", "serviceaccounts/token"] }],
      },
      { level: "None", userGroups: ["system:nodes"], verbs: ["get", "list", "watch"] },
      {
        level: "Metadata",
        resources: [
          { group: "", resources: ["configmaps"] },
          { group: "authentication.k8s.io", resources: ["tokenreviews"] },
        ],
      },
      { level: "Metadata", verbs: ["get", "list", "watch"] },
      { level: "Request", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
      { level: "Metadata" },
    ],
  });
}

/**
 * Anonymous requests reach the health endpoints (the kubelet's probes and the load balancer's checks come without
 * credentials) and nothing else.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-authenticator-configuration
 */
export function authenticationConfiguration(): MachineFile {
  return document("authentication", {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    anonymous: {
      enabled: true,
      conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
    },
  });
}

/**
 * Pod Security: `baseline` is enforced and `restricted` warned wherever a namespace does not say otherwise.
 *
 * Events: whoever writes them without end, a pod that crashes in a loop or somebody who means harm, fills etcd no faster
 * than this. A user's rate is the kubelet's own (`eventRecordQPS`); the bursts leave room for a node that starts
 * all its pods at once, and for a scheduler that places hundreds.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#eventratelimit
 */
export function admissionConfiguration(): MachineFile {
  return document("admission", {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
      {
        name: "PodSecurity",
        configuration: {
          apiVersion: "pod-security.admission.config.k8s.io/v1",
          kind: "PodSecurityConfiguration",
          defaults: {
            enforce: "baseline",
            "enforce-version": "latest",
            audit: "restricted",
            "audit-version": "latest",
            warn: "restricted",
            "warn-version": "latest",
          },
          exemptions: { namespaces: ["kube-system"] },
        },
      },
      {
        name: "EventRateLimit",
        configuration: {
          apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
          kind: "Configuration",
          limits: [
            { type: "Server", qps: 500, burst: 5000 },
            { type: "Namespace", qps: 100, burst: 1000 },
            { type: "User", qps: 50, burst: 1000 },
          ],
        },
      },
    ],
  });
}
