import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { WebIdentity } from "../pki";
import { bindClusterRole } from "./cluster-role-binding";
import { podImage, type ProgramVersion } from "./pod-image";

/** Which metrics-server, and whom it trusts. */
export interface MetricsArgs {
  /** metrics-server's version without a leading `v`, or `bundled`. */
  readonly version: ProgramVersion;
  /**
   * Whether the kubelets' serving certificates are signed by the cluster's CA, and so can be verified. kubeadm's
   * kubelets sign their own unless they are told `serverTLSBootstrap`; with `true` metrics-server then never becomes
   * ready: `x509: certificate signed by unknown authority`.
   */
  readonly verifyKubelet: boolean;
}

const labels = { "k8s-app": "metrics-server" };
const namespace = "kube-system";
const secretName = "metrics-server-tls";
const certificateFolder = "/etc/metrics-server/tls";

/**
 * What `kubectl top` and autoscalers read, by metrics-server. Objects as upstream's:
 * https://github.com/kubernetes-sigs/metrics-server/tree/v0.8.0/manifests/base
 */
export class Metrics extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:Metrics", name, {}, options);
    const metadata = { name: "metrics-server", namespace, labels };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const grants = this.grantAccess(name, account);
    const { certificate, authorityPem } = new WebIdentity(
      `${name}-serving`,
      // By this name API servers call it: they do not ask DNS.
      { authorityName: "metrics-server", hosts: [`metrics-server.${namespace}.svc`] },
      { parent: this },
    );
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { ...metadata, name: secretName },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": certificate.certificatePem, "tls.key": certificate.privateKeyPem },
      },
      { parent: this },
    );
    const service = new k8s.core.v1.Service(
      name,
      {
        // Its Deployment is waited for, and that is the same wait.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          selector: labels,
          ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: "https", appProtocol: "https" }],
        },
      },
      { parent: this },
    );
    const deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: 1,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: podSpec(args, account.metadata.name),
          },
        },
      },
      // The Secret by its name alone: a renewed certificate replaces it, and what has its name from it would be deleted with it.
      { parent: this, dependsOn: [...grants, secret] },
    );
    new k8s.apiregistration.v1.APIService(
      name,
      {
        metadata: { name: "v1beta1.metrics.k8s.io", labels },
        spec: {
          group: "metrics.k8s.io",
          version: "v1beta1",
          groupPriorityMinimum: 100,
          versionPriority: 100,
          caBundle: authorityPem.apply((pem) => Buffer.from(pem).toString("base64")),
          service: { name: service.metadata.name, namespace: service.metadata.namespace },
        },
      },
      // Last to come and first to go: an API without its server fails every client's discovery, and with it the
      // deletion of any namespace.
      { parent: this, dependsOn: [deployment] },
    );
    this.registerOutputs();
  }

  private grantAccess(name: string, account: k8s.core.v1.ServiceAccount): pulumi.Resource[] {
    const options = { parent: this };
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: "system:metrics-server", labels }, rules: readsKubelets },
      options,
    );
    new k8s.rbac.v1.ClusterRole(
      `${name}-reader`,
      { metadata: { name: "system:aggregated-metrics-reader", labels: readerLabels }, rules: readsMetrics },
      options,
    );
    const authReader = new k8s.rbac.v1.RoleBinding(
      `${name}-auth-reader`,
      {
        metadata: { name: "metrics-server-auth-reader", namespace: account.metadata.namespace, labels },
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "Role",
          name: "extension-apiserver-authentication-reader",
        },
        subjects: [
          { kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace },
        ],
      },
      options,
    );
    return [
      authReader,
      bindClusterRole(
        name,
        { role: role.metadata.name, account, bindingName: "system:metrics-server" },
        options,
      ),
      bindClusterRole(
        `${name}-auth-delegator`,
        { role: "system:auth-delegator", account, bindingName: "metrics-server:system:auth-delegator" },
        options,
      ),
    ];
  }
}

const readsKubelets: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
  { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
];

const readsMetrics: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: ["metrics.k8s.io"], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] },
];

const readerLabels = {
  ...labels,
  "rbac.authorization.k8s.io/aggregate-to-view": "true",
  "rbac.authorization.k8s.io/aggregate-to-edit": "true",
  "rbac.authorization.k8s.io/aggregate-to-admin": "true",
};

function podSpec(
  { version, verifyKubelet }: MetricsArgs,
  accountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: accountName,
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
    ],
    containers: [
      {
        name: "metrics-server",
        ...podImage("metrics-server", version),
        args: [
          // Read anew when they change, so that a renewed certificate starts no pod anew.
          `--tls-cert-file=${certificateFolder}/tls.crt`,
          `--tls-private-key-file=${certificateFolder}/tls.key`,
          "--secure-port=10250",
          "--kubelet-preferred-address-types=InternalIP",
          "--kubelet-use-node-status-port",
          "--metric-resolution=15s",
          verifyKubelet
            ? "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
            : "--kubelet-insecure-tls",
        ],
        ports: [{ name: "https", containerPort: 10250, protocol: "TCP" }],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: "RuntimeDefault" },
        },
        // Ready once it has two measurements to take the difference of.
        readinessProbe: { httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" }, periodSeconds: 1 },
        livenessProbe: { httpGet: { path: "/livez", port: "https", scheme: "HTTPS" }, periodSeconds: 10 },
        volumeMounts: [{ name: "tls", mountPath: certificateFolder, readOnly: true }],
      },
    ],
    volumes: [{ name: "tls", secret: { secretName } }],
  };
}
