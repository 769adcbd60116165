import * as pulumi from "@pulumi/pulumi";

import { PushedImage } from "../../components/images";
import { CloudControllerManager, EbsStorage, KubeletCertificateApprover } from "../../components/platform";
import { imageName } from "../../toolchain/images";
import type { CheckedConfig } from "./checked-config";
import type { AwsFoundation, platformImages } from "./foundation";
import type { Registry } from "./registry";

/** What the cluster runs of AWS: its parts, for those that need one of them. */
export interface ClusterServices {
  /** Load balancers of Services are made by it, and deleted: what has some goes before. */
  readonly cloud: CloudControllerManager;
  /** The same of volumes. */
  readonly storage: EbsStorage;
}

/** Controllers that make the cluster and AWS known to each other. */
export function clusterServices(
  { config, aws }: CheckedConfig,
  foundation: AwsFoundation,
  registry: Registry,
  owner: string,
  inCluster: pulumi.ComponentResourceOptions,
): ClusterServices {
  const { name } = config;
  const image = (kind: (typeof platformImages)[number]): pulumi.Output<string> =>
    new PushedImage(
      `${name}-${kind}`,
      { registry: registry.prefix, repository: kind, localName: imageName(kind), authenticated: true },
      { ...inCluster, provider: registry.provider },
    ).reference;
  const cloud = new CloudControllerManager(
    `${name}-cloud`,
    {
      image: image("aws-cloud-controller-manager"),
      clusterName: name,
      region: aws.region,
      apiEndpoint: foundation.machines.endpoint,
    },
    inCluster,
  );
  new KubeletCertificateApprover(
    `${name}-approver`,
    {
      image: image("kubelet-certificate-approver"),
      // Where machines are: an existing VPC may have several networks.
      machineCidrs: foundation.network.privateSubnets.map(({ cidr }) => cidr),
      machineNames: machineNames(aws.region),
    },
    inCluster,
  );
  const storage = new EbsStorage(
    `${name}-storage`,
    {
      clusterName: name,
      region: aws.region,
      kmsKeyArn: foundation.keyArn,
      tags: { "slipway.environment": name, "slipway.owner": owner },
      defaultClass: config.storage.defaultClass,
      // Each needs a control plane for itself.
      replicas: Math.min(2, config.controlPlane.count),
    },
    inCluster,
  );
  return { cloud, storage };
}

/**
 * What machines' DNS names are like, for {@link KubeletCertificateApprover}: their Nodes' names, and those that EC2 gives
 * instances: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html
 */
export function machineNames(region: string): string {
  const domain = region === "us-east-1" ? "ec2\\.internal" : `${region}\\.compute\\.internal`;
  return `control-plane-[0-9]+|i-[0-9a-f]+|(ip-[0-9]+-[0-9]+-[0-9]+-[0-9]+|i-[0-9a-f]+)\\.${domain}`;
}
