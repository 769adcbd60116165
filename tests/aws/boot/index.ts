import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { KubernetesCluster } from "../../../components/cluster";
import { clusterDns } from "../../../components/machines";
import { AwsMachines, EnvironmentKey, Network } from "../../../components/machines/aws";
import { CloudControllerManager, KubeletCertificateApprover, Platform } from "../../../components/platform";
import { builtMachineFiles, type ImageKind, imageName } from "../../../toolchain/images";
import { companionsOf, newestKubernetes } from "../../../toolchain/kubernetes-versions";

const config = new pulumi.Config();
const region = config.require("region");
const vpcCidr = config.require("vpcCidr");
const environment = config.require("environment");
const place = { environment, owner: "tests", partition: "aws", region, accountId: "123456789012" };
const provider = new aws.Provider("aws", { region, maxRetries: 2 });
/** One that moto has. What boots is a stock Debian. */
const imageId = "ami-04681a1dbd79675a5";
/** The test has pushed it, as nothing of moto takes an image. */
const inRegistry = (image: ImageKind): string => `${config.require("registry")}/${imageName(image)}`;
const size = { cpus: 2, memoryMiB: 4096 };

const key = new EnvironmentKey("boot", { ...place, deletionWindowInDays: 7 }, { provider });
const network = new Network(
  "boot",
  {
    ...place,
    zones: ["a", "b", "c"].map((zone) => `${region}${zone}`) as [string, string, string],
    cidr: vpcCidr,
    natPerZone: false,
    flowLogs: { retentionDays: 30, kmsKeyArn: key.arn },
  },
  { provider },
);
const controlPlaneCount = config.requireNumber("controlPlanes");
const machines = new AwsMachines(
  "boot",
  {
    ...place,
    network,
    keyArn: key.arn,
    access: { kind: "internal" },
    tunnelPort: config.requireNumber("tunnelPort"),
    controlPlaneCount,
    controlPlane: { instanceType: "m5.large", imageId },
    poolMachines: { worker: { instanceTypes: ["m5.large"], imageId: config.get("poolImage") ?? imageId } },
    machineFiles: builtMachineFiles(),
    deletionProtection: false,
  },
  { provider },
);

const networks = { pods: "10.244.0.0/16", services: "10.96.0.0/16" };
const dnsAddress = clusterDns(networks.services);
const cluster = new KubernetesCluster("boot", {
  machines,
  versions: { kubernetes: newestKubernetes, etcd: companionsOf(newestKubernetes).etcd },
  controlPlane: { count: controlPlaneCount, ...size },
  pools: [
    {
      name: "worker",
      count: config.requireNumber("workers"),
      ...size,
      labels: { disk: config.get("disk") ?? "fast" },
    },
  ],
  networks,
  dnsAddress,
});

const inCluster = { provider: cluster.provider };
const apiEndpoint = machines.endpoint;
const platform = new Platform(
  "platform",
  {
    versions: "bundled",
    apiEndpoint,
    podCidr: networks.pods,
    serviceCidr: networks.services,
    dnsAddress,
    // These machines share the host's kernel, which knows no tunnels of IP in IP; a VPC has `overlay: "full"`.
    conntrackLimits: false,
    verifyKubelet: true,
    storage: false,
  },
  inCluster,
);

interface DaemonSetProps {
  spec: { template: { spec: { containers: [{ env: { name: string; value: unknown }[] }] } } };
}

/** A pod does not trust who signed for AWS' names here: it is sent to the server by its address. */
const toEmulatedAws: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  if (type !== "kubernetes:apps/v1:DaemonSet") return undefined;
  const { spec, ...rest } = props as DaemonSetProps;
  const [container] = spec.template.spec.containers;
  const env = [...container.env, { name: "AWS_ENDPOINT_URL", value: config.require("awsEndpoint") }];
  const podSpec = { ...spec.template.spec, containers: [{ ...container, env }] };
  return { props: { ...rest, spec: { ...spec, template: { ...spec.template, spec: podSpec } } }, opts };
};

new CloudControllerManager(
  "cloud",
  { clusterName: environment, region, image: inRegistry("aws-cloud-controller-manager"), apiEndpoint },
  { ...inCluster, transformations: [toEmulatedAws] },
);
new KubeletCertificateApprover(
  "approver",
  {
    image: inRegistry("kubelet-certificate-approver"),
    machineCidrs: [vpcCidr],
    // moto calls what a group launches as AWS does in us-east-1.
    machineNames: `control-plane-[0-9]+|i-[0-9a-f]+|ip-[0-9-]+\\.(${region}\\.compute|ec2)\\.internal`,
  },
  { ...inCluster, dependsOn: platform.podNetwork },
);

export const { kubeconfig, readyNodes } = cluster;
