import * as pulumi from "@pulumi/pulumi";

import type { ApiEndpoint } from "./api-endpoint";
import { ClusterDns } from "./cluster-dns";
import type { DnsSettings } from "./corefile";
import { Ingress, type IngressSettings } from "./ingress";
import { KubeProxy } from "./kube-proxy";
import { KubeletCertificateApprover } from "./kubelet-certificate-approver";
import { Metrics } from "./metrics";
import type { ProgramVersion } from "./pod-image";
import { PodNetwork, type PodNetworkArgs } from "./pod-network";
import { Storage, type StorageArgs } from "./storage";
import { TenantPolicies, type TenantSettings } from "./tenants";

/** Versions of the platform's programs, each without a leading `v`. */
export interface PlatformVersions {
  /** Of the cluster; kube-proxy is part of it. */
  readonly kubernetes: pulumi.Input<string>;
  /** CoreDNS, the cluster's DNS. */
  readonly coredns: pulumi.Input<string>;
  /** kube-router, the pod network. */
  readonly kubeRouter: pulumi.Input<string>;
  /** local-path-provisioner, behind the storage classes. */
  readonly localPathProvisioner: pulumi.Input<string>;
  /** metrics-server. */
  readonly metricsServer: pulumi.Input<string>;
  /** Skipper, the ingress. */
  readonly skipper: pulumi.Input<string>;
}

/** Each program is of the version that its machine has. */
const bundledVersions: Readonly<Record<keyof PlatformVersions, ProgramVersion>> = {
  kubernetes: "bundled",
  coredns: "bundled",
  kubeRouter: "bundled",
  localPathProvisioner: "bundled",
  metricsServer: "bundled",
  skipper: "bundled",
};

/** What the platform needs to know of the cluster. */
export interface PlatformArgs {
  /**
   * Of its programs, whose images are upstream's; or `bundled` for machines that bring them with their own image, as Slipway's
   * do: then pods run what their machine has, and an upgrade of machines is one of these programs.
   */
  readonly versions: PlatformVersions | "bundled";
  /** The API's stable address, for the programs that cannot wait for Services to work. */
  readonly apiEndpoint: ApiEndpoint;
  /** CIDR of all pods, as the cluster was made with. */
  readonly podCidr: pulumi.Input<string>;
  /** CIDR of Services, as the cluster was made with. */
  readonly serviceCidr: pulumi.Input<string>;
  /** Address of the DNS Service: inside `serviceCidr`, and what the kubelets were told, by custom the tenth. */
  readonly dnsAddress: pulumi.Input<string>;
  /** What the cluster's DNS knows and whom it asks besides. Default: only the machines' name servers. */
  readonly dns?: DnsSettings;
  /**
   * Whether kube-proxy sizes each machine's connection tracking; `false` for machines that share a kernel, where it
   * would fail.
   */
  readonly conntrackLimits: boolean;
  /** Whether pods' packets are hidden in the nodes' also inside a subnet, see {@link PodNetworkArgs.overlay}. */
  readonly overlay?: PodNetworkArgs["overlay"];
  /** Whether the kubelets' serving certificates are signed by the cluster's CA; `true` without that fails. */
  readonly verifyKubelet: boolean;
  /**
   * What machines are called, and where their addresses are: then what their kubelets answer with is approved, by a program
   * that each machine brings with its image. Default: somebody else approves it, or nobody has to.
   */
  readonly machines?: { readonly names: pulumi.Input<string>; readonly cidrs: readonly string[] };
  /** HTTP from outside to microservices. Default: no ingress. */
  readonly ingress?: IngressSettings;
  /** What tenants may do beside what every one of them may. Default: nothing. */
  readonly tenants?: TenantSettings;
  /**
   * Which storage class is the default, and where the class `keep` has its volumes. `false` where other volumes are called
   * the same, as `EbsStorage`'s: then there are none in folders.
   */
  readonly storage?: Omit<StorageArgs, "version"> | false;
}

/**
 * What every cluster gets before workloads. It expects a kubeadm cluster without the addon phases `kube-proxy` and
 * `coredns`, takes the cluster's `k8s.Provider` in its options, and is there when all of it is ready.
 *
 * @example
 * const platform = new Platform("platform", { versions, apiEndpoint, … }, { provider: cluster.provider });
 */
export class Platform extends pulumi.ComponentResource {
  /** Ready when every node gives its pods addresses. What runs pods depends on it, so as not to wait in its way. */
  readonly podNetwork: PodNetwork;
  /** The ingress; undefined where there is none. */
  readonly ingress: Ingress | undefined;

  constructor(name: string, args: PlatformArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:Platform", name, {}, options);
    const { apiEndpoint, podCidr, serviceCidr, dnsAddress, conntrackLimits, verifyKubelet, ingress } = args;
    const versions = args.versions === "bundled" ? bundledVersions : args.versions;
    const child = { parent: this };

    if (args.machines) {
      const { names: machineNames, cidrs } = args.machines;
      new KubeletCertificateApprover(`${name}-approver`, { machineNames, machineCidrs: [...cidrs] }, child);
    }
    new TenantPolicies(`${name}-tenants`, args.tenants ?? {}, child);
    new KubeProxy(
      `${name}-kube-proxy`,
      { version: versions.kubernetes, podCidr, apiEndpoint, conntrackLimits },
      child,
    );
    this.podNetwork = new PodNetwork(
      `${name}-pod-network`,
      {
        version: versions.kubeRouter,
        serviceCidr,
        apiEndpoint,
        ...(args.overlay && { overlay: args.overlay }),
      },
      child,
    );

    // The engine works on few resources at once (four for each processor), and one that waits for its pods is one of
    // them: enough Deployments before the network would keep it from ever being created.
    const networked = { ...child, dependsOn: [this.podNetwork] };
    const dns = { version: versions.coredns, address: dnsAddress, ...(args.dns && { settings: args.dns }) };
    new ClusterDns(`${name}-dns`, dns, networked);
    const { storage = {} } = args;
    if (storage !== false) {
      new Storage(`${name}-storage`, { version: versions.localPathProvisioner, ...storage }, networked);
    }
    new Metrics(`${name}-metrics`, { version: versions.metricsServer, verifyKubelet }, networked);
    this.ingress =
      ingress &&
      new Ingress(
        `${name}-ingress`,
        { version: versions.skipper, apiPort: apiEndpoint.port, ...ingress },
        networked,
      );
    this.registerOutputs();
  }
}
