import type { AwsConfig } from "./aws-config";

/** One environment: everything that its stack is made of, defaulted and validated. */
export interface EnvironmentConfig {
  /** The stack's name: a DNS label of at most 20 characters. Part of the name of everything outside the cluster. */
  readonly name: string;
  /** What its machines are: containers of the local Docker daemon, or EC2 instances. */
  readonly platform: "docker" | "aws";
  /** Without a leading `v`, as in `1.36.3`; one that the toolchain has. */
  readonly kubernetesVersion: string;
  readonly controlPlane: {
    /** 1, 3, 5 or 7. */
    readonly count: number;
    /** Limit of each machine in processors, may be a fraction; at least 1. */
    readonly cpus: number;
    /** Limit of each machine in MiB; at least 1536. */
    readonly memoryMiB: number;
  };
  /** At most 15; with none, the environment has control planes only. */
  readonly pools: readonly PoolConfig[];
  readonly certificates: {
    /** How long those are good for that machines sign and renew, in seconds: 4 minutes to 1825 days. */
    readonly validitySeconds: number;
  };
  /** IPv4 networks in CIDR form that share no address. */
  readonly networks: {
    /** Where machines have their addresses: private, /16 to /24; on AWS the network of their VPC, /16 to /22. */
    readonly machines: string;
    /** /12 to /24, large enough for a /24 for each node. */
    readonly pods: string;
    /** /12 to /24. */
    readonly services: string;
  };
  /** Distinct ports on the host's 127.0.0.1, 1024 to 65535. */
  readonly ports: {
    readonly api: number;
    readonly shop: number;
    /** The shop over TLS. */
    readonly shopTls: number;
    readonly registry: number;
  };
  /** Whether the shop is one program, or one for each thing that it does. */
  readonly shop: "monolith" | "microservices";
  /** Host names and IPv4 addresses of the web certificate, besides localhost and 127.0.0.1. */
  readonly hosts: readonly string[];
  /** What the cluster's DNS knows and whom it asks, besides Services and pods. */
  readonly dns: {
    /** IPv4 addresses of name servers, with `:port` where it is not 53, by their zone. */
    readonly stubDomains: Readonly<Record<string, readonly string[]>>;
    /** IPv4 addresses by name. */
    readonly hosts: Readonly<Record<string, string>>;
    /** Name servers for all other names; none: those of the machines. */
    readonly upstream: readonly string[];
  };
  readonly storage: {
    /** The storage class of claims that name none. */
    readonly defaultClass: "recycle" | "keep";
  };
  /** Backups of the cluster's own data. */
  readonly clusterBackup: ClusterBackupConfig;
  /** What deployers, commits and pipelines may do beside what every one of them may. */
  readonly tenants: {
    /** Whether they may make Services of type LoadBalancer. */
    readonly loadBalancers: boolean;
    /** Annotations of Ingress objects that they may set, by their whole names, beside the usual ones. */
    readonly ingressAnnotations: readonly string[];
  };
  /** GitOps: Flux, a Git server, and a repository that is deployed. Undefined without. */
  readonly gitops?: {
    /** Port of the Git server on the host's 127.0.0.1, 1024 to 65535, and none of `ports`. */
    readonly port: number;
    /** How often the repository is looked at, in seconds, 5 to 3600. */
    readonly intervalSeconds: number;
  };
  /** What there is to say of an environment on AWS; undefined on another platform. */
  readonly aws?: AwsConfig;
}

/** When the cluster is backed up, for whom, and what stays. */
export interface ClusterBackupConfig {
  readonly enabled: boolean;
  /** Minutes between two backups, 5 to 1440. */
  readonly intervalMinutes: number;
  /** How many hours, days and weeks have a backup that stays, 0 to 366 each. */
  readonly keep: { readonly hourly: number; readonly daily: number; readonly weekly: number };
  /** Public half of the recovery key; undefined where this user's own is meant. */
  readonly recipient?: string;
}

/** Machines that are alike. */
export interface PoolConfig {
  /** A DNS label of at most 20 characters: its machines are `<name>-0`, `<name>-1` and so on. */
  readonly name: string;
  /** 0 to 15 in a /24 network of machines, more in a larger one. */
  readonly count: number;
  /** Limit of each machine in processors, may be a fraction; at least 0.5. */
  readonly cpus: number;
  /** Limit of each machine in MiB; at least 512. */
  readonly memoryMiB: number;
  /** Labels of the pool's nodes, by name; only those that a kubelet may set on its own node. */
  readonly labels: Readonly<Record<string, string>>;
  /** Taints of the pool's nodes, distinct by key and effect. */
  readonly taints: readonly TaintConfig[];
  /** How many of the pool's machines may be away at once while they are replaced, from 1. */
  readonly maxUnavailable: number;
  /** The block of the network of machines that holds the pool: 1 to 15, different for each pool. */
  readonly addressBlock: number;
}

/** A taint as Kubernetes has it. */
export interface TaintConfig {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What the toolchain has to offer a configuration. */
export interface ToolchainFacts {
  /** Kubernetes versions without a leading `v`, the newest first: that is what a new environment gets. */
  readonly kubernetesVersions: readonly [string, ...string[]];
  /**
   * Kubernetes versions that the environment's control planes run, the lowest first, which it keeps where its settings name
   * none; none for a new environment. Anything else than one of `kubernetesVersions` is a version that the toolchain does not
   * have, or says that nobody knows.
   */
  readonly runningVersions?: readonly string[];
}
