import type { PerZone } from "../../components/machines/aws/network/network-place";

/** What processors can be, as Kubernetes and Go call them. */
export type Architecture = "amd64" | "arm64";

/** How `pulumi up` and kubectl reach the API. */
export type AccessConfig =
  | {
      /** Through a Session Manager tunnel, which `make tunnel` opens. */
      readonly kind: "tunnel";
    }
  | {
      /** From inside the VPC, or from what is joined with it. */
      readonly kind: "vpc";
    }
  | {
      /** Over the internet, from some networks. */
      readonly kind: "public";
      /** IPv4 networks in CIDR form, at least one. */
      readonly allowedCidrs: readonly string[];
    };

/** A VPC that is made for the environment, in `networks.machines`. */
export interface OwnVpcConfig {
  readonly kind: "own";
  /** Whether each zone has a NAT gateway of its own, and an address of each service's endpoint. */
  readonly natPerZone: boolean;
  /** Days that flow logs are kept. */
  readonly flowLogDays: number;
}

/** A VPC that is there. */
export interface ExistingVpcConfig {
  readonly kind: "existing";
  /** As in `vpc-0a1b2c3d`. */
  readonly vpcId: string;
  /** In the zones' order. */
  readonly privateSubnetIds: PerZone<string>;
  /** Likewise; undefined where there are none. */
  readonly publicSubnetIds: PerZone<string> | undefined;
  /** One for each control plane at least, of the private subnets in turn. */
  readonly controlPlaneAddresses: readonly string[];
}

/** What a pool's machines are. */
export interface AwsPoolConfig {
  /** All of one architecture, the preferred one first. */
  readonly instanceTypes: readonly [string, ...string[]];
  /** How many machines there are at least and at most. */
  readonly min: number;
  readonly max: number;
  /** Spot instances; undefined where all are on demand. */
  readonly spot: { readonly onDemandBase: number; readonly onDemandPercent: number } | undefined;
  /** GiB. */
  readonly rootVolumeGiB: number;
}

/** Which workflows of GitHub's get roles, and where the state is that they read and write. */
export interface GitHubConfig {
  /** As in `organization/repository`. */
  readonly repository: string;
  readonly previewBranches: readonly string[];
  readonly deployFrom: { readonly environment: string } | { readonly branch: string };
  /** Name of the S3 bucket. */
  readonly stateBucket: string;
  /** ARN of the KMS key of Pulumi's secrets provider. */
  readonly stateKeyArn: string | undefined;
  /** ARN of the account's identity provider for GitHub; undefined where it is to be made. */
  readonly providerArn: string | undefined;
  /** ARN of a policy that bounds every role. */
  readonly permissionsBoundaryArn: string | undefined;
}

/** What there is to say of an environment on AWS. */
export interface AwsConfig {
  /** As in `eu-central-1`. */
  readonly region: string;
  /** Three of the region; undefined for the first three that there are. */
  readonly zones: PerZone<string> | undefined;
  readonly access: AccessConfig;
  /** Whether the ingress' load balancer is reached from the VPC alone, or from anywhere. */
  readonly ingress: "internal" | "public";
  readonly vpc: OwnVpcConfig | ExistingVpcConfig;
  /** Ids of the machines' images, by architecture. */
  readonly images: Readonly<Partial<Record<Architecture, string>>>;
  /** Where machines have from what makes them of a system: a bucket of the environment's, or they are prepared images. */
  readonly machineFiles: "bucket" | "image";
  readonly controlPlane: {
    readonly instanceType: string;
    /** GiB of each one's own disk. */
    readonly rootVolumeGiB: number;
    /** GiB of each one's volume for etcd. */
    readonly etcdVolumeGiB: number;
  };
  /** In the order of the environment's pools. */
  readonly pools: readonly AwsPoolConfig[];
  /** E-mail addresses that alarms are told to. */
  readonly alarmEmails: readonly string[];
  /** Whether AWS refuses to delete what cannot be made again, and a destroy leaves backups and their key. */
  readonly deletionProtection: boolean;
  readonly backups: {
    /** Days in which nobody deletes a backup. */
    readonly lockedDays: number;
    /** Days until a backup expires. */
    readonly keptDays: number;
  };
  readonly gitHub: GitHubConfig | undefined;
}
