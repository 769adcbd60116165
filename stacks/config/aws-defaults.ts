import type {
  AccessConfig,
  AwsConfig,
  AwsPoolConfig,
  ExistingVpcConfig,
  GitHubConfig,
  OwnVpcConfig,
} from "./aws-config";
import type { Settings } from "./schema";

type AwsSettings = NonNullable<Settings["aws"]>;
type PoolSettings = NonNullable<Settings["pools"]>[number];

/** How many machines a pool has that does not say. */
export const defaultPoolCount = 2;

/** 2 processors of amd64, which images are built for on most hosts, and 8 GiB. */
const defaultInstanceType = "m7i.large";

/** What the settings say of AWS, with everything that they leave out. What has no default is empty: checks report it. */
export function awsDefaults(settings: Settings): AwsConfig {
  const { aws = {}, controlPlane = {}, pools = [{}] } = settings;
  return {
    region: aws.region ?? "",
    zones: aws.zones,
    access: access(aws),
    ingress: aws.ingress ?? "internal",
    vpc: vpc(aws),
    images: aws.images ?? {},
    machineFiles: aws.machineFiles ?? "bucket",
    controlPlane: {
      instanceType: controlPlane.instanceType ?? defaultInstanceType,
      rootVolumeGiB: controlPlane.rootVolume ?? 20,
      etcdVolumeGiB: controlPlane.etcdVolume ?? 20,
    },
    pools: pools.map(poolMachines),
    alarmEmails: aws.alarmEmails ?? [],
    deletionProtection: aws.deletionProtection ?? true,
    backups: { lockedDays: aws.backups?.lockedDays ?? 14, keptDays: aws.backups?.keptDays ?? 35 },
    gitHub: gitHub(aws.gitHub),
  };
}

function access({ access = "tunnel", allowedCidrs = [] }: AwsSettings): AccessConfig {
  return access === "public" ? { kind: access, allowedCidrs } : { kind: access };
}

function vpc({ vpc, natPerZone = true, flowLogDays = 30 }: AwsSettings): OwnVpcConfig | ExistingVpcConfig {
  if (vpc === undefined) return { kind: "own", natPerZone, flowLogDays };
  return {
    kind: "existing",
    vpcId: vpc.id ?? "",
    privateSubnetIds: vpc.privateSubnets ?? ["", "", ""],
    publicSubnetIds: vpc.publicSubnets,
    controlPlaneAddresses: vpc.controlPlaneAddresses ?? [],
  };
}

function poolMachines(pool: PoolSettings): AwsPoolConfig {
  const count = pool.count ?? defaultPoolCount;
  const min = pool.min ?? count;
  const [preferred = defaultInstanceType, ...others] = pool.instanceTypes ?? [];
  return {
    instanceTypes: [preferred, ...others],
    min,
    max: pool.max ?? Math.max(2 * count, min),
    spot: pool.spot && {
      onDemandBase: pool.spot.onDemandBase ?? 0,
      onDemandPercent: pool.spot.onDemandPercent ?? 0,
    },
    rootVolumeGiB: pool.rootVolume ?? 40,
  };
}

function gitHub(settings: AwsSettings["gitHub"]): GitHubConfig | undefined {
  if (settings === undefined) return undefined;
  const { environment, branch = "" } = settings;
  return {
    repository: settings.repository ?? "",
    previewBranches: settings.previewBranches ?? [],
    deployFrom: environment === undefined ? { branch } : { environment },
    stateBucket: settings.stateBucket ?? "",
    stateKeyArn: settings.stateKey,
    providerArn: settings.provider,
    permissionsBoundaryArn: settings.permissionsBoundary,
  };
}
