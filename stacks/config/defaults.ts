import { createHash } from "node:crypto";

import { awsDefaults, defaultPoolCount } from "./aws-defaults";
import type { ClusterBackupConfig, EnvironmentConfig, ToolchainFacts } from "./environment-config";
import type { Settings } from "./schema";

const memoryMiB = 3 * 1024;
const cpus = 2;

/** The settings with everything that they leave out. */
export function withDefaults(
  stackName: string,
  settings: Settings,
  facts: ToolchainFacts,
): EnvironmentConfig {
  const platform = settings.platform ?? "docker";
  const isOnAws = platform === "aws";
  return {
    name: stackName,
    platform,
    kubernetesVersion: settings.kubernetesVersion ?? keptVersion(facts) ?? facts.kubernetesVersions[0],
    controlPlane: {
      count: settings.controlPlane?.count ?? 1,
      cpus: settings.controlPlane?.cpus ?? cpus,
      memoryMiB: settings.controlPlane?.memory ?? memoryMiB,
    },
    pools: (settings.pools ?? [{}]).map((pool, position) => ({
      name: pool.name ?? "worker",
      count: pool.count ?? defaultPoolCount,
      cpus: pool.cpus ?? cpus,
      memoryMiB: pool.memory ?? memoryMiB,
      labels: pool.labels ?? {},
      taints: pool.taints ?? [],
      maxUnavailable: pool.maxUnavailable ?? 1,
      addressBlock: pool.addressBlock ?? position + 1,
    })),
    certificates: { validitySeconds: settings.certificates?.validity ?? 365 * 86_400 },
    networks: {
      machines: isOnAws ? defaultVpcNetwork(stackName) : defaultMachineNetwork(stackName),
      // kubeadm's and most tutorials' own.
      pods: "10.244.0.0/16",
      services: "10.96.0.0/12",
      ...settings.networks,
    },
    ports: { ...defaultPorts(stackName), ...settings.ports },
    shop: settings.shop ?? "microservices",
    hosts: settings.hosts ?? [],
    dns: {
      stubDomains: settings.dns?.stubDomains ?? {},
      hosts: settings.dns?.hosts ?? {},
      upstream: settings.dns?.upstream ?? [],
    },
    storage: { defaultClass: settings.storage?.defaultClass ?? "recycle" },
    clusterBackup: clusterBackup(settings.clusterBackup),
    tenants: {
      loadBalancers: settings.tenants?.loadBalancers ?? false,
      ingressAnnotations: settings.tenants?.ingressAnnotations ?? [],
    },
    gitops: settings.gitops && {
      port: settings.gitops.port ?? defaultGitPort(stackName),
      intervalSeconds: settings.gitops.intervalSeconds ?? 10,
    },
    ...(isOnAws && { aws: awsDefaults(settings) }),
  };
}

function clusterBackup({
  enabled = true,
  intervalMinutes = 60,
  hourly = 24,
  daily = 7,
  weekly = 4,
  recipient,
}: NonNullable<Settings["clusterBackup"]> = {}): ClusterBackupConfig {
  const keep = { hourly, daily, weekly };
  return { enabled, intervalMinutes, keep, ...(recipient !== undefined && { recipient }) };
}

/** What the environment runs, if the toolchain has it: so another toolchain upgrades nobody. */
function keptVersion({ kubernetesVersions, runningVersions = [] }: ToolchainFacts): string | undefined {
  return kubernetesVersions.find((version) => version === runningVersions[0]);
}

/**
 * A /24 of 10.88.0.0/13, picked by the stack's name: two stacks run side by side without a setting. Docker's own
 * default pools (172.17.0.0/16 and on, 192.168.0.0/16) and the networks of pods and Services are elsewhere.
 */
function defaultMachineNetwork(stackName: string): string {
  const subnet = hash(stackName).readUInt16BE(0) % 2048;
  return `10.${88 + Math.floor(subnet / 256)}.${subnet % 256}.0/24`;
}

/** A /16 of 10.0.0.0 to 10.87.255.255, likewise: VPCs of one account may be joined some day. */
function defaultVpcNetwork(stackName: string): string {
  return `10.${hash(stackName).readUInt16BE(0) % 88}.0.0/16`;
}

/** Three ports in a row and one more, below those that Linux gives to outgoing connections (32768 and on). */
function defaultPorts(stackName: string): EnvironmentConfig["ports"] {
  const place = hash(stackName).readUInt32BE(2) % 3333;
  const base = 20000 + 3 * place;
  return { api: base, shop: base + 1, registry: base + 2, shopTls: 30000 + (place % 2768) };
}

/** Below those ports, for the few environments that have a Git server. */
function defaultGitPort(stackName: string): number {
  return 16000 + (hash(stackName).readUInt32BE(2) % 3333);
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
