import type { KubernetesClusterArgs } from "../components/cluster";
import {
  clusterDns,
  type DockerMachinesArgs,
  type ExposedPort,
  type MachinePlatform,
} from "../components/machines";
import type { ClusterIdentitySeed, RotationStep } from "../components/pki";
import type { IngressSettings, PlatformArgs } from "../components/platform";
import { bringsApprover, imageName } from "../toolchain/images";
import { companionsOf } from "../toolchain/kubernetes-versions";
import type { EnvironmentConfig } from "./config";

/**
 * What an environment's settings are to the component that makes its machines as containers.
 * @param owner as `stackOwner` gives it
 */
export function dockerMachinesArgs(
  config: EnvironmentConfig,
  owner: string,
  exposedPorts: readonly ExposedPort[],
): DockerMachinesArgs {
  return {
    environment: config.name,
    owner,
    network: config.networks.machines,
    addressBlocks: Object.fromEntries(config.pools.map((pool) => [pool.name, pool.addressBlock])),
    ports: config.ports,
    exposedPorts,
    images: {
      machine: imageName("machine", config.kubernetesVersion),
      loadBalancer: imageName("load-balancer"),
      registry: imageName("registry"),
    },
  };
}

/**
 * The same to the component that makes the cluster.
 * @param restored what the cluster is known by that is being restored; default: it is a new one
 * @param rotate as `rotationSteps` gives it
 */
export function clusterArgs(
  config: EnvironmentConfig,
  machines: MachinePlatform,
  restored?: ClusterIdentitySeed,
  rotate?: RotationStep,
): KubernetesClusterArgs {
  const { kubernetesVersion: kubernetes } = config;
  return {
    machines,
    versions: { kubernetes, etcd: companionsOf(kubernetes).etcd },
    controlPlane: config.controlPlane,
    pools: config.pools,
    networks: config.networks,
    dnsAddress: clusterDns(config.networks.services),
    certificateSeconds: config.certificates.validitySeconds,
    ...(restored && { identitySeed: restored }),
    ...(rotate && { rotate }),
  };
}

/** The same to what the cluster gets before workloads, for machines that share a kernel. */
export function platformArgs(
  config: EnvironmentConfig,
  machines: MachinePlatform,
  ingress?: IngressSettings,
): PlatformArgs {
  return {
    ...commonPlatformArgs(config, machines, ingress),
    conntrackLimits: false,
    ...(bringsApprover() && { machines: machinesLike(config) }),
    storage: {
      defaultClass: config.storage.defaultClass,
      ...(machines.facts.keptFolder !== undefined && { keptFolder: machines.facts.keptFolder }),
    },
  };
}

/** What an environment's machines are called, and where their addresses are. */
function machinesLike({ pools, networks }: EnvironmentConfig) {
  const kinds = ["control-plane", ...pools.map(({ name }) => name)];
  return { names: kinds.map((kind) => `${kind}-[0-9]+`).join("|"), cidrs: [networks.machines] };
}

/** The same for machines on AWS. */
export function awsPlatformArgs(
  config: EnvironmentConfig,
  machines: MachinePlatform,
  ingress: IngressSettings,
): PlatformArgs {
  return {
    ...commonPlatformArgs(config, machines, ingress),
    conntrackLimits: true,
    // A VPC carries no pods' addresses.
    overlay: "full",
    // EBS' classes have the names of those in folders.
    storage: false,
  };
}

function commonPlatformArgs(
  config: EnvironmentConfig,
  machines: MachinePlatform,
  ingress: IngressSettings | undefined,
) {
  return {
    // Machines on AWS are made of the same files, their prepared images too.
    versions: "bundled" as const,
    apiEndpoint: machines.endpoint,
    podCidr: config.networks.pods,
    serviceCidr: config.networks.services,
    dnsAddress: clusterDns(config.networks.services),
    verifyKubelet: true,
    dns: config.dns,
    tenants: config.tenants,
    ...(ingress && { ingress }),
  };
}
