import * as pulumi from "@pulumi/pulumi";

import {
  Alarms,
  type ApiAccess,
  AwsMachines,
  BackupBucket,
  EnvironmentKey,
  ExistingNetwork,
  GitHubAccess,
  ImageRepositories,
  Network,
  type NetworkPlace,
  type PerZone,
} from "../../components/machines/aws";
import type { AccessConfig, AwsConfig } from "../config/aws-config";
import { architectureOf, zonesOf } from "./account-checks";
import type { CheckedConfig } from "./checked-config";

/** The images that an environment pushes to its registry, beside those of the shop. */
export const platformImages = ["aws-cloud-controller-manager", "kubelet-certificate-approver"] as const;

/** What an environment has on AWS before it has a machine, and the platform that makes its machines. */
export class AwsFoundation extends pulumi.ComponentResource {
  readonly network: NetworkPlace;
  /** ARN of the key that encrypts what the environment keeps. */
  readonly keyArn: pulumi.Output<string>;
  readonly machines: AwsMachines;
  readonly repositories: ImageRepositories;
  readonly backups: BackupBucket;
  readonly gitHub: GitHubAccess | undefined;

  /** Whose everything is, and where. */
  private readonly place: {
    readonly environment: string;
    readonly owner: string;
    readonly partition: string;
    readonly region: string;
    readonly accountId: string;
  };

  /**
   * @param owner as `stackOwner` gives it
   * @param images names of the images that are pushed
   */
  constructor(
    name: string,
    private readonly checked: CheckedConfig,
    owner: string,
    images: readonly string[],
    options: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:stacks:AwsFoundation", name, {}, options);
    const { aws, facts } = checked;
    const { partition, accountId } = facts;
    this.place = { environment: name, owner, partition, region: aws.region, accountId };
    const child = { parent: this };
    const keep = aws.deletionProtection;

    const key = new EnvironmentKey(`${name}-key`, { ...this.place, keep }, child);
    this.keyArn = key.arn;
    this.network = this.makeNetwork(name);
    const { hourly, daily } = checked.config.clusterBackup.keep;
    this.backups = new BackupBucket(
      `${name}-backups`,
      {
        ...this.place,
        ...aws.backups,
        // Weekly ones stay as long as the bucket keeps anything.
        keptDaysByPrefix: { "hourly/": Math.max(1, Math.ceil(hourly / 24)), "daily/": Math.max(1, daily) },
        keyArn: key.arn,
        keep,
        forceDestroy: !keep,
      },
      child,
    );
    this.machines = this.makeMachines(name);
    this.repositories = new ImageRepositories(
      `${name}-images`,
      { ...this.place, keyArn: key.arn, names: images, forceDelete: !keep },
      child,
    );
    this.gitHub = this.makeGitHubAccess(name, aws);
    this.registerOutputs();
  }

  /**
   * Watches the machines, after they were made. Gives the topic that tells of what is wrong.
   * @param backupIntervalMinutes of the cluster's backups. Default: there are none
   */
  watchMachines(name: string, backupIntervalMinutes?: number): Alarms {
    const watched = this.machines.watched();
    const { alarmEmails: emails } = this.checked.aws;
    return new Alarms(
      `${name}-alarms`,
      {
        ...this.place,
        keyArn: this.keyArn,
        ...watched,
        emails,
        certificateSeconds: this.checked.config.certificates.validitySeconds,
        ...(backupIntervalMinutes !== undefined && { backupIntervalMinutes }),
      },
      { parent: this },
    );
  }

  private makeNetwork(name: string): NetworkPlace {
    const { config, aws, facts } = this.checked;
    const zones = zonesOf(aws, facts) as unknown as PerZone<string>;
    const child = { parent: this };
    if (aws.vpc.kind === "existing") {
      return new ExistingNetwork(`${name}-network`, { ...aws.vpc, zones }, child);
    }
    const { natPerZone, flowLogDays } = aws.vpc;
    return new Network(
      `${name}-network`,
      {
        ...this.place,
        zones,
        cidr: config.networks.machines,
        natPerZone,
        flowLogs: { retentionDays: flowLogDays, kmsKeyArn: this.keyArn },
        permissionsBoundaryArn: aws.gitHub?.permissionsBoundaryArn,
      },
      child,
    );
  }

  private makeMachines(name: string): AwsMachines {
    const { config, aws } = this.checked;
    const { instanceType, rootVolumeGiB, etcdVolumeGiB } = aws.controlPlane;
    return new AwsMachines(
      name,
      {
        ...this.place,
        network: this.network,
        keyArn: this.keyArn,
        access: apiAccess(aws.access),
        ...(aws.access.kind === "tunnel" && { tunnelPort: config.ports.api }),
        accessAdvice: accessAdvice(name, aws.access),
        controlPlaneCount: config.controlPlane.count,
        controlPlane: { instanceType, imageId: this.imageFor([instanceType]), rootVolumeGiB, etcdVolumeGiB },
        poolMachines: Object.fromEntries(
          aws.pools.map(({ spot, ...pool }, position) => [
            config.pools[position]?.name ?? "",
            { ...pool, ...(spot && { spot }), ...this.poolImage(pool.instanceTypes) },
          ]),
        ),
        ...(this.checked.machineFiles && { machineFiles: this.checked.machineFiles }),
        backupBucketArn: this.backups.arn,
        deletionProtection: aws.deletionProtection,
        permissionsBoundaryArn: aws.gitHub?.permissionsBoundaryArn,
      },
      { parent: this },
    );
  }

  private poolImage(types: readonly string[]) {
    const imageId = this.imageFor(types);
    const rootDevice = this.checked.facts.images.get(imageId)?.rootDevice;
    return { imageId, ...(rootDevice !== undefined && { rootDevice }) };
  }

  private imageFor(types: readonly string[]): string {
    const { aws, facts } = this.checked;
    const kind = architectureOf(types, facts);
    return (kind && aws.images[kind]) ?? "";
  }

  private makeGitHubAccess(name: string, { gitHub }: AwsConfig): GitHubAccess | undefined {
    if (gitHub === undefined) return undefined;
    const { repository, previewBranches, deployFrom, providerArn, permissionsBoundaryArn } = gitHub;
    return new GitHubAccess(
      `${name}-github`,
      {
        ...this.place,
        repository,
        previewBranches,
        deployFrom,
        ...(providerArn !== undefined && { providerArn }),
        ...(permissionsBoundaryArn !== undefined && { permissionsBoundaryArn }),
        state: {
          bucketArn: `arn:${this.place.partition}:s3:::${gitHub.stateBucket}`,
          ...(gitHub.stateKeyArn !== undefined && { keyArn: gitHub.stateKeyArn }),
        },
      },
      { parent: this },
    );
  }
}

/** For who waits for an API that does not answer. */
export function accessAdvice(name: string, access: AccessConfig): string {
  switch (access.kind) {
    case "tunnel":
      return `open the tunnel beside this with make tunnel ENV=${name}, or run this inside the VPC with slipway:aws.access: vpc`;
    case "vpc":
      return "run this inside the VPC, or write slipway:aws.access: tunnel and open one with make tunnel";
    case "public":
      return `run this from one of slipway:aws.allowedCidrs, ${access.allowedCidrs.join(", ")}, or add where it runs`;
  }
}

function apiAccess(access: AccessConfig): ApiAccess {
  return access.kind === "public" ? access : { kind: "internal" };
}
