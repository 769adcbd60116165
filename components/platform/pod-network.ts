import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ApiEndpoint } from "./api-endpoint";
import { bindClusterRole } from "./cluster-role-binding";
import { configHash, readPlatformFile } from "./files";
import { podImage, type ProgramVersion } from "./pod-image";

/** Which kube-router, and what it needs to know of the cluster. */
export interface PodNetworkArgs {
  /** kube-router's version without a leading `v`, or `bundled`. */
  readonly version: ProgramVersion;
  /** CIDR of Services. Traffic to it passes network policies, so it must not hold the pods' network. */
  readonly serviceCidr: pulumi.Input<string>;
  /** Where kube-router reaches the API: the Service `kubernetes` would make it wait for kube-proxy. */
  readonly apiEndpoint: ApiEndpoint;
  /**
   * Between which nodes pods' packets travel inside packets of the nodes: those of different subnets, or all (`full`), where
   * the network between machines carries no other addresses, as in a VPC. Default `subnet`.
   */
  readonly overlay?: "subnet" | "full";
}

const configFolder = "/etc/kube-router";
const cniFolder = "/etc/cni/net.d";
/** kube-router's own copy, which it completes with the node's pod subnet and the MTU of the node's link. */
const cniConf = "/var/lib/kube-router/10-kube-router.conflist";
const labels = { "k8s-app": "kube-router" };

/**
 * The pod network and its policies, by kube-router: a bridge on each node, routes between nodes by BGP, NetworkPolicy
 * by iptables and ipset. A node is Ready once its pods can get addresses.
 */
export class PodNetwork extends pulumi.ComponentResource {
  constructor(name: string, args: PodNetworkArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:PodNetwork", name, {}, options);
    const metadata = { name: "kube-router", namespace: "kube-system", labels };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: "kube-router", labels }, rules: readsNetworking },
      { parent: this },
    );
    const grant = bindClusterRole(
      name,
      { role: role.metadata.name, account, bindingName: "kube-router" },
      { parent: this },
    );
    const data = {
      "cni.conflist": JSON.stringify(cniConfiguration, undefined, 2),
      "publish-cni-conf.sh": readPlatformFile("publish-cni-conf.sh"),
    };
    const config = new k8s.core.v1.ConfigMap(name, { metadata, data }, { parent: this });
    new k8s.apps.v1.DaemonSet(
      name,
      {
        metadata,
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels, annotations: configHash(data) },
            spec: podSpec(args, account.metadata.name, config.metadata.name),
          },
        },
      },
      { parent: this, dependsOn: [grant] },
    );
    this.registerOutputs();
  }
}

/** Less than upstream's list: what it writes is for load balancer addresses, which stay off here. */
const readsNetworking: k8s.types.input.rbac.v1.PolicyRule[] = [
  {
    apiGroups: [""],
    resources: ["namespaces", "pods", "services", "nodes", "endpoints"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
];

/** https://www.cni.dev/plugins/current/main/bridge/ */
const cniConfiguration = {
  cniVersion: "1.0.0",
  name: "pod-network",
  plugins: [
    {
      type: "bridge",
      // The name that kube-router's own rules are about.
      bridge: "kube-bridge",
      isDefaultGateway: true,
      // A pod may reach itself through its Service.
      hairpinMode: true,
      // In /run, as a machine that restarts has lost its pods, and nobody would free their addresses.
      ipam: { type: "host-local", dataDir: "/run/cni-ipam-state" },
    },
    { type: "portmap", snat: true, capabilities: { portMappings: true } },
  ],
};

function podSpec(
  { version, serviceCidr, apiEndpoint, overlay = "subnet" }: PodNetworkArgs,
  accountName: pulumi.Input<string>,
  configName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const configMount = { name: "config", mountPath: configFolder, readOnly: true };
  const workMount = { name: "work", mountPath: "/var/lib/kube-router" };
  return {
    priorityClassName: "system-node-critical",
    serviceAccountName: accountName,
    hostNetwork: true,
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ operator: "Exists" }],
    containers: [
      {
        name: "kube-router",
        ...podImage("kube-router", version),
        // Not from the ConfigMap: another one makes Pulumi replace the DaemonSet, on all nodes at once.
        command: [
          "sh",
          "-c",
          readPlatformFile("start-kube-router.sh"),
          "start-kube-router",
          `${configFolder}/cni.conflist`,
          cniConf,
          cniFolder,
        ],
        args: [
          "--run-router=true",
          "--run-firewall=true",
          "--run-service-proxy=false",
          "--bgp-graceful-restart=true",
          `--overlay-type=${overlay}`,
          // Asked of AWS before any node hears of another's pods, by machines that have no such right. With all packets in
          // others, nothing has an address that is not its instance's.
          ...(overlay === "full" ? ["--disable-source-dest-check=false"] : []),
          pulumi.interpolate`--service-cluster-ip-range=${serviceCidr}`,
        ],
        env: [
          { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
          { name: "KUBERNETES_SERVICE_HOST", value: apiEndpoint.host },
          { name: "KUBERNETES_SERVICE_PORT", value: pulumi.interpolate`${apiEndpoint.port}` },
          { name: "KUBE_ROUTER_CNI_CONF_FILE", value: cniConf },
        ],
        // Running, and so Ready, not before pods can get addresses.
        lifecycle: {
          postStart: {
            exec: { command: ["sh", `${configFolder}/publish-cni-conf.sh`, cniConf, cniFolder] },
          },
        },
        // No privileged: the machine sets its sysctls and loads its modules when it boots. Binding is for BGP's port
        // 179. Its root file system stays writable, as it adds its routing table's name to /etc/iproute2/rt_tables.
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
        resources: { requests: { cpu: "50m", memory: "64Mi" } },
        readinessProbe: { httpGet: { path: "/healthz", port: 20244 }, periodSeconds: 1, timeoutSeconds: 2 },
        livenessProbe: { httpGet: { path: "/healthz", port: 20244 }, periodSeconds: 10, timeoutSeconds: 5 },
        volumeMounts: [
          configMount,
          workMount,
          { name: "cni", mountPath: cniFolder },
          { name: "xtables-lock", mountPath: "/run/xtables.lock" },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: configName } },
      { name: "work", emptyDir: {} },
      { name: "cni", hostPath: { path: cniFolder, type: "DirectoryOrCreate" } },
      // Shared with whoever else writes iptables rules on the machine.
      { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
    ],
  };
}
