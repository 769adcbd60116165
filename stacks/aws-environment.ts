import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { ClusterBackup, KubernetesCluster } from "../components/cluster";
import { Deployer } from "../components/delivery";
import { type CertificateMaterial, WebIdentity } from "../components/pki";
import { type IngressSettings, Platform } from "../components/platform";
import { imageName } from "../toolchain/images";
import type { CheckedConfig } from "./aws/checked-config";
import { clusterServices } from "./aws/cluster-services";
import { DeletionGuard } from "./aws/deletion-guard";
import { AwsFoundation, platformImages } from "./aws/foundation";
import { imageRegistry, type RegistryLogin } from "./aws/registry";
import { backupArgs, type BackupFacts } from "./cluster-backup";
import { awsPlatformArgs, clusterArgs } from "./component-args";
import { rotationSteps } from "./rotation-step";
import { Shop, shopImages } from "./shop";

/** What a stack of the environment gives to its users. */
export interface AwsEnvironmentOutputs {
  /** Where the shop answers. */
  readonly shopUrl: pulumi.Output<string>;
  /** In PEM, what to trust of the shop over HTTPS; only with the setting `hosts`. */
  readonly webAuthority?: pulumi.Output<string>;
  /** The administrator's. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Names of the control planes' nodes, when all nodes are ready. */
  readonly nodes: pulumi.Output<string[]>;
  /** What the names of the environment's images begin with, for the images of other stacks. */
  readonly registry: pulumi.Output<string>;
  /** ARN of the topic that the alarms tell. */
  readonly alarmTopic: pulumi.Output<string>;
  /** Name of the bucket for backups. */
  readonly backupBucket: pulumi.Output<string>;
  /** ARNs of the roles for GitHub's workflows; only with the setting `aws.gitHub`. */
  readonly previewRole?: pulumi.Output<string>;
  readonly deployRole?: pulumi.Output<string>;
}

/** Ports of every node that the ingress' load balancer leads to. */
const nodePorts = { http: 30080, https: 30443 };

/**
 * An environment on AWS: its network, machines, a cluster on them, its platform, and the shop.
 * @param owner as `stackOwner` gives it
 * @param login by which images are pushed
 * @param backups for whom the cluster is backed up, and whether it is being restored
 * @param options of all that has no parent
 */
export function awsEnvironment(
  checked: CheckedConfig,
  owner: string,
  login: RegistryLogin,
  { recipient, restored }: BackupFacts,
  options: pulumi.ComponentResourceOptions = {},
): AwsEnvironmentOutputs {
  const { config, aws: settings } = checked;
  const { name } = config;
  const provider = new aws.Provider(name, { region: settings.region }, options);
  const images = [...platformImages, ...shopImages];
  const foundation = new AwsFoundation(name, checked, owner, images, { ...options, provider });
  const { machines } = foundation;
  const registry = imageRegistry(name, foundation.repositories, login, options);
  const rotate = rotationSteps();
  const cluster = new KubernetesCluster(name, clusterArgs(config, machines, restored, rotate.identity), {
    ...options,
    provider,
  });
  const { intervalMinutes } = config.clusterBackup;
  const alarms = foundation.watchMachines(name, recipient === undefined ? undefined : intervalMinutes);

  // Nothing here goes with the machines: what the cluster made on AWS would stay. So each thing depends on what deletes
  // that, and is gone before it.
  const inCluster = { ...options, provider: cluster.provider };
  if (recipient !== undefined) {
    const target = { bucket: foundation.backups.bucketName };
    new ClusterBackup(`${name}-backup`, { ...backupArgs(config, recipient), target }, inCluster);
  }
  const services = clusterServices(checked, foundation, registry, owner, inCluster);
  const { hosts } = config;
  const web =
    hosts.length > 0
      ? new WebIdentity(
          `${name}-web`,
          { authorityName: `Slipway ${name}`, hosts, rotateTo: rotate.webAuthority },
          options,
        )
      : undefined;
  const platform = new Platform(
    `${name}-platform`,
    awsPlatformArgs(config, machines, ingressSettings(checked, web?.certificate)),
    { ...inCluster, dependsOn: [services.cloud] },
  );
  const shop = new Shop(
    "shop",
    {
      registry: registry.prefix,
      authenticated: true,
      nodeImage: imageName("node"),
      debianImage: imageName("debian"),
      shape: config.shop,
      backups: { recipient, keep: config.clusterBackup.keep },
      podsAfter: [platform.podNetwork],
    },
    {
      ...options,
      providers: [cluster.provider, registry.provider],
      dependsOn: [services.cloud, services.storage],
    },
  );
  const deployer = new Deployer("deployer", { namespaces: { shop: shop.namespace } }, inCluster);
  const guarded = [foundation, cluster, services.storage, platform, shop, deployer];
  new DeletionGuard(name, guarded, settings.deletionProtection, options);
  return {
    shopUrl: pulumi.interpolate`http://${platform.ingress?.host ?? ""}/`,
    ...(web && { webAuthority: web.authorityPem }),
    kubeconfig: cluster.kubeconfig,
    nodes: cluster.readyNodes,
    registry: registry.prefix,
    alarmTopic: alarms.topicArn,
    backupBucket: foundation.backups.bucketName,
    ...(foundation.gitHub && {
      previewRole: foundation.gitHub.previewRoleArn,
      deployRole: foundation.gitHub.deployRoleArn,
    }),
  };
}

/** https://cloud-provider-aws.sigs.k8s.io/service_controller/ */
function ingressSettings(
  { aws: { ingress } }: CheckedConfig,
  certificate: CertificateMaterial | undefined,
): IngressSettings {
  const annotation = (setting: string): string => `service.beta.kubernetes.io/aws-load-balancer-${setting}`;
  return {
    nodePorts,
    ...(certificate && { certificate }),
    loadBalancer: {
      annotations: {
        [annotation("type")]: "nlb",
        [annotation("cross-zone-load-balancing-enabled")]: "true",
        ...(ingress === "internal" && {
          [annotation("internal")]: "true",
          // A pod that asks for what its own node answers would get packets from an address that is its node's itself, and wait.
          [annotation("target-group-attributes")]: "preserve_client_ip.enabled=false",
        }),
      },
    },
  };
}
