import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { bindClusterRole } from "./cluster-role-binding";
import { corefile, type DnsSettings } from "./corefile";
import { podImage, type ProgramVersion } from "./pod-image";

/** Which CoreDNS, and where it answers. */
export interface ClusterDnsArgs {
  /** CoreDNS' version without a leading `v`, or `bundled`. */
  readonly version: ProgramVersion;
  /** Address of the Service, inside the network of Services: the one that kubelets give to pods. */
  readonly address: pulumi.Input<string>;
  /** What it knows and whom it asks besides. Default: only the machines' name servers. */
  readonly settings?: DnsSettings;
}

/** Label of the DNS pods, as every cluster has it: network policies allow DNS by it. */
const labels = { "k8s-app": "kube-dns" };

/**
 * Names for Services and pods, by CoreDNS. It takes the place of kubeadm's `addon/coredns` phase and keeps its names:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/cmd/kubeadm/app/phases/addons/dns/manifests.go
 */
export class ClusterDns extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterDnsArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:ClusterDns", name, {}, options);
    const metadata = { name: "coredns", namespace: "kube-system", labels };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: "system:coredns", labels }, rules: readsServices },
      { parent: this },
    );
    const grant = bindClusterRole(
      name,
      { role: role.metadata.name, account, bindingName: "system:coredns" },
      { parent: this },
    );
    // No hash of it on the pods: CoreDNS' plugin `reload` sees a change.
    const config = new k8s.core.v1.ConfigMap(
      name,
      { metadata, data: { Corefile: corefile(args.settings) } },
      { parent: this },
    );
    new k8s.core.v1.Service(
      name,
      { metadata: serviceMetadata, spec: serviceSpec(args.address) },
      { parent: this },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata,
        spec: {
          selector: { matchLabels: labels },
          maxUnavailable: 1,
          // A pod that is broken anyway does not keep its node from being drained.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      { parent: this },
    );
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: 2,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: podSpec(args.version, account.metadata.name, config.metadata.name),
          },
        },
      },
      { parent: this, dependsOn: [grant] },
    );
    this.registerOutputs();
  }
}

const readsServices: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

const serviceMetadata = {
  name: "kube-dns",
  namespace: "kube-system",
  labels: { ...labels, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" },
  annotations: {
    "prometheus.io/port": "9153",
    "prometheus.io/scrape": "true",
    // Its Deployment is waited for, and that is the same wait.
    "pulumi.com/skipAwait": "true",
  },
};

function serviceSpec(address: pulumi.Input<string>): k8s.types.input.core.v1.ServiceSpec {
  return {
    clusterIP: address,
    selector: labels,
    ports: [
      { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
      { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
      { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
    ],
  };
}

function podSpec(
  version: ProgramVersion,
  accountName: pulumi.Input<string>,
  configName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: accountName,
    // The machine's own resolver: what CoreDNS does not know, it asks there.
    dnsPolicy: "Default",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
    ],
    // A wish, as kubeadm's anti-affinity is one, would put both on whichever node of a new cluster is Ready first.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: labels },
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
    containers: [
      {
        name: "coredns",
        ...podImage("coredns", version),
        args: ["-conf", "/etc/coredns/Corefile"],
        ports: [
          { name: "dns", containerPort: 53, protocol: "UDP" },
          { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
          { name: "metrics", containerPort: 9153, protocol: "TCP" },
          { name: "liveness-probe", containerPort: 8080, protocol: "TCP" },
          { name: "readiness-probe", containerPort: 8181, protocol: "TCP" },
        ],
        resources: { requests: { cpu: "100m", memory: "70Mi" }, limits: { memory: "170Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
          readOnlyRootFilesystem: true,
          seccompProfile: { type: "RuntimeDefault" },
        },
        readinessProbe: { httpGet: { path: "/ready", port: "readiness-probe" }, periodSeconds: 1 },
        livenessProbe: {
          httpGet: { path: "/health", port: "liveness-probe" },
          initialDelaySeconds: 60,
          timeoutSeconds: 5,
          failureThreshold: 5,
        },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name: configName } }],
  };
}
