import * as pulumi from "@pulumi/pulumi";

import { ClusterBackup, KubernetesCluster } from "../components/cluster";
import { Deployer } from "../components/delivery";
import { DockerMachines } from "../components/machines";
import { WebIdentity } from "../components/pki";
import { Platform } from "../components/platform";
import { imageName } from "../toolchain/images";
import { backupArgs, type BackupFacts } from "./cluster-backup";
import { clusterArgs, dockerMachinesArgs, platformArgs } from "./component-args";
import type { EnvironmentConfig } from "./config";
import { appsRepository, EnvironmentGitOps, gitNodePort } from "./gitops";
import { rotationSteps } from "./rotation-step";
import { Shop } from "./shop";

/** What a stack of the environment gives to its users. */
export interface EnvironmentOutputs {
  /** Where the shop answers on this host. */
  readonly shopUrl: string;
  /** The same over TLS. */
  readonly shopTlsUrl: string;
  /** Certificate of the authority that signed for that, in PEM: what a browser is to trust. */
  readonly webAuthority: pulumi.Output<string>;
  /** The administrator's. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Names of the nodes, when all are ready. */
  readonly nodes: pulumi.Output<string[]>;
  /** `host:port` of the registry that the machines pull from, for the images of other stacks. */
  readonly registry: pulumi.Output<string>;
  /** `host:port` of the same registry as pods reach it, by HTTP: for charts, which no machine pulls. */
  readonly registryInCluster: string;
  /** Password of the registry's user `program`, who may push anything. Secret. */
  readonly registryPassword: pulumi.Output<string>;
  /** Password of the registry's user `charts`, who may push below `charts/` only: for a pipeline. Secret. */
  readonly chartPassword: pulumi.Output<string>;
  /**
   * URL of the Git repository that is deployed, as this host reaches it, with the user and the password. Secret. Only
   * with the setting `gitops`.
   */
  readonly gitUrl?: pulumi.Output<string>;
}

/** Where the ingress answers on every node; the load balancer leads to these. */
const nodePorts = { http: 30080, https: 30443 };

/**
 * An environment on the local Docker daemon: machines, a cluster on them, its platform, and the shop.
 * @param owner as `stackOwner` gives it
 * @param backups for whom it is backed up, and whether it is being restored
 */
export function dockerEnvironment(
  config: EnvironmentConfig,
  owner: string,
  { recipient, restored }: BackupFacts,
): EnvironmentOutputs {
  const { name, ports } = config;
  const exposedPorts = [
    { hostPort: ports.shop, nodePort: nodePorts.http },
    { hostPort: ports.shopTls, nodePort: nodePorts.https },
    ...(config.gitops ? [{ hostPort: config.gitops.port, nodePort: gitNodePort }] : []),
  ];
  const machines = new DockerMachines(name, dockerMachinesArgs(config, owner, exposedPorts));
  const rotate = rotationSteps();
  const cluster = new KubernetesCluster(name, clusterArgs(config, machines, restored, rotate.identity));
  // When the network goes, the machines on it go too: there is no need to empty the cluster object by object.
  const inCluster = { provider: cluster.provider, deletedWith: machines.foundation };
  const { keptFolder } = machines.facts;
  if (recipient !== undefined && keptFolder !== undefined) {
    const target = { keptFolder };
    new ClusterBackup(`${name}-backup`, { ...backupArgs(config, recipient), target }, inCluster);
  }
  const web = new WebIdentity(`${name}-web`, {
    authorityName: `Slipway ${name}`,
    hosts: ["localhost", "127.0.0.1", ...config.hosts],
    rotateTo: rotate.webAuthority,
  });
  const ingress = { nodePorts, certificate: web.certificate };
  const platform = new Platform(`${name}-platform`, platformArgs(config, machines, ingress), inCluster);
  // Nodes become ready one by one: pods that come before all have a network would crowd on the first.
  const podsAfter = [platform.podNetwork];
  const shop = new Shop(
    "shop",
    {
      registry: machines.registry.host,
      credentials: machines.registry.user,
      registryAfter: [machines.registry],
      nodeImage: imageName("node"),
      debianImage: imageName("debian"),
      shape: config.shop,
      backups: { recipient, keep: config.clusterBackup.keep },
      podsAfter,
    },
    inCluster,
  );
  new Deployer("deployer", { namespaces: { shop: shop.namespace } }, inCluster);
  const gitops =
    config.gitops &&
    new EnvironmentGitOps(
      "gitops",
      {
        registry: machines.registry.host,
        credentials: machines.registry.user,
        registryAfter: [machines.registry],
        intervalSeconds: config.gitops.intervalSeconds,
        podsAfter,
      },
      inCluster,
    );
  return {
    shopUrl: `http://localhost:${ports.shop}/`,
    shopTlsUrl: `https://localhost:${ports.shopTls}/`,
    webAuthority: web.authorityPem,
    kubeconfig: cluster.kubeconfig,
    nodes: cluster.readyNodes,
    registry: machines.registry.host,
    registryInCluster: machines.registry.addressInCluster,
    registryPassword: machines.registry.user.password,
    chartPassword: machines.registry.chartUser.password,
    ...(config.gitops && gitops ? { gitUrl: repositoryUrl(config.gitops.port, gitops) } : {}),
  };
}

/** A password of letters and digits can stand in a URL as it is. */
function repositoryUrl(port: number, { credentials }: EnvironmentGitOps): pulumi.Output<string> {
  const { username, password } = credentials;
  return pulumi.interpolate`http://${username}:${password}@127.0.0.1:${port}/${username}/${appsRepository}.git`;
}
