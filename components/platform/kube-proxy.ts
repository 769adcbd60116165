import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ApiEndpoint } from "./api-endpoint";
import { bindClusterRole } from "./cluster-role-binding";
import { configHash, toYaml } from "./files";
import { podImage, type ProgramVersion } from "./pod-image";

/** Which kube-proxy, and what it needs to know of the cluster. */
export interface KubeProxyArgs {
  /** The cluster's Kubernetes version without a leading `v`, as in `1.36.3`; or `bundled`. */
  readonly version: ProgramVersion;
  /** CIDR of all pods: what does not come from it is masqueraded on its way to a Service. */
  readonly podCidr: pulumi.Input<string>;
  /** Where kube-proxy reaches the API: not through a Service, as it is what makes Services work. */
  readonly apiEndpoint: ApiEndpoint;
  /**
   * Whether kube-proxy sizes the machine's connection tracking table and its time-outs. `false` for machines that
   * share a kernel, where these settings are not theirs: kube-proxy would end with `permission denied`.
   */
  readonly conntrackLimits: boolean;
}

const configFolder = "/var/lib/kube-proxy";
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
const labels = { "k8s-app": "kube-proxy" };

/**
 * Services for every node, by nftables. It takes the place of kubeadm's `addon/kube-proxy` phase and keeps its names:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/cmd/kubeadm/app/phases/addons/proxy/manifests.go
 */
export class KubeProxy extends pulumi.ComponentResource {
  constructor(name: string, args: KubeProxyArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:KubeProxy", name, {}, options);
    const metadata = { name: "kube-proxy", namespace: "kube-system", labels };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const grant = bindClusterRole(
      name,
      { role: "system:node-proxier", account, bindingName: "kubeadm:node-proxier" },
      { parent: this },
    );
    const data = {
      "config.conf": toYaml(kubeProxyConfiguration(args)),
      "kubeconfig.conf": toYaml(kubeconfig(args.apiEndpoint)),
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

/** https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
function kubeProxyConfiguration({ podCidr, conntrackLimits }: KubeProxyArgs) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: `${configFolder}/kubeconfig.conf` },
    mode: "nftables",
    clusterCIDR: podCidr,
    // Zero leaves what the kernel has.
    ...(conntrackLimits
      ? {}
      : { conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" } }),
  };
}

function kubeconfig({ host, port }: ApiEndpoint) {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "default",
        cluster: {
          "certificate-authority": `${accountFolder}/ca.crt`,
          server: pulumi.interpolate`https://${host}:${port}`,
        },
      },
    ],
    contexts: [{ name: "default", context: { cluster: "default", namespace: "default", user: "default" } }],
    "current-context": "default",
    users: [{ name: "default", user: { tokenFile: `${accountFolder}/token` } }],
  };
}

function podSpec(
  args: KubeProxyArgs,
  accountName: pulumi.Input<string>,
  configName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const program: k8s.types.input.core.v1.Container = {
    name: "kube-proxy",
    ...podImage("kube-proxy", args.version),
    command: ["kube-proxy", `--config=${configFolder}/config.conf`, "--hostname-override=$(NODE_NAME)"],
    env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    volumeMounts: [{ name: "config", mountPath: configFolder, readOnly: true }],
  };
  return {
    priorityClassName: "system-node-critical",
    serviceAccountName: accountName,
    hostNetwork: true,
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ operator: "Exists" }],
    // Only writing the conntrack sysctls takes more than CAP_NET_ADMIN, and kube-proxy can do that by itself and end:
    // https://kubernetes.io/docs/reference/command-line-tools-reference/kube-proxy/ (--init-only).
    ...(args.conntrackLimits ? { initContainers: [conntrackLimitsContainer(program)] } : {}),
    containers: [
      {
        ...program,
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
          readOnlyRootFilesystem: true,
          seccompProfile: { type: "RuntimeDefault" },
        },
        resources: kubeProxyResources,
        // Healthy means: rules were written, and no change has waited for two sync periods.
        readinessProbe: { httpGet: { path: "/healthz", port: 10256 }, periodSeconds: 1, timeoutSeconds: 2 },
        livenessProbe: { httpGet: { path: "/livez", port: 10256 }, periodSeconds: 10, timeoutSeconds: 5 },
      },
    ],
    volumes: [{ name: "config", configMap: { name: configName } }],
  };
}

const kubeProxyResources = { requests: { cpu: "50m", memory: "48Mi" } };

function conntrackLimitsContainer(
  program: k8s.types.input.core.v1.Container,
): k8s.types.input.core.v1.Container {
  return {
    ...program,
    name: "conntrack-limits",
    command: [
      "kube-proxy",
      `--config=${configFolder}/config.conf`,
      "--hostname-override=$(NODE_NAME)",
      "--init-only",
    ],
    securityContext: { privileged: true },
    // No more than what comes after it, so that it adds nothing to what the pod asks for.
    resources: kubeProxyResources,
  };
}
