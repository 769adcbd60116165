import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import type { PoolSpec } from "../platform";
import { groupName, leaveHook } from "./aws-facts";
import { compressedUserData } from "./compressed-user-data";
import { instanceMetadata, rootDisk } from "./instance-defaults";
import type { NetworkPlace } from "./network";
import { belongingTags } from "./tags";

/** What a pool's machines are, and how many there may be. */
export interface PoolMachines {
  /** As in `m7g.large`, all of one architecture; the first is preferred. With more there is a spot instance more often. */
  readonly instanceTypes: readonly [string, ...string[]];
  /** Id of their image, of the types' architecture. Another one replaces the machines, one after the other. */
  readonly imageId: pulumi.Input<string>;
  /** How many machines there are at least. Default: as many as it begins with. */
  readonly min?: number;
  /** At most. Default: twice as many as it begins with. */
  readonly max?: number;
  /** Spot instances. Default: none. */
  readonly spot?: {
    /** How many machines are on demand in any case. Default 0. */
    readonly onDemandBase?: number;
    /** Of those beyond, how many in a hundred are on demand. Default 0. */
    readonly onDemandPercent?: number;
  };
  /** What the image calls its root disk, as in `/dev/sda1`, which Ubuntu's do. Default `/dev/xvda`, as Debian's. */
  readonly rootDevice?: string;
  /** GiB of the encrypted root disk. Default 40. */
  readonly rootVolumeGiB?: number;
}

export interface WorkerPoolArgs extends Belonging, PoolMachines {
  readonly spec: PoolSpec;
  readonly network: NetworkPlace;
  readonly securityGroupId: pulumi.Input<string>;
  readonly profileName: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/** How long a machine has to move its pods elsewhere before it is gone all the same. */
const leaveSeconds = 900;

/** Machines that are alike, over all zones: AWS makes and replaces them, and they join and leave by themselves. */
export class WorkerPool extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;
  /** How many machines it has at least. */
  readonly min: number;

  constructor(name: string, args: WorkerPoolArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsWorkerPool", name, {}, options);

    const { spec, instanceTypes, spot } = args;
    const template = this.launchTemplate(name, args);
    const { min = spec.count, max = Math.max(2 * spec.count, min) } = args;
    const group = new aws.autoscaling.Group(
      name,
      {
        name: groupName(args.environment, spec.name),
        vpcZoneIdentifiers: args.network.privateSubnets.map(({ id }) => id),
        minSize: min,
        maxSize: max,
        desiredCapacity: spec.count,
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: {
              launchTemplateId: template.id,
              version: template.latestVersion.apply(String),
            },
            overrides: instanceTypes.map((instanceType) => ({ instanceType })),
          },
          instancesDistribution: {
            onDemandAllocationStrategy: "prioritized",
            onDemandBaseCapacity: spot?.onDemandBase ?? 0,
            onDemandPercentageAboveBaseCapacity: spot ? (spot.onDemandPercent ?? 0) : 100,
            spotAllocationStrategy: "price-capacity-optimized",
          },
        },
        // EC2 says that they are well; whether they are nodes is the cluster's to say.
        healthCheckType: "EC2",
        capacityRebalance: spot !== undefined,
        instanceRefresh: {
          strategy: "Rolling",
          preferences: {
            // A new one first: there is room for the pods of the one that goes.
            minHealthyPercentage: 100,
            maxHealthyPercentage: 110,
            instanceWarmup: "120",
            skipMatching: true,
          },
        },
        // The hooks are there before the first machine.
        initialLifecycleHooks: [
          {
            name: leaveHook,
            lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
            heartbeatTimeout: leaveSeconds,
            defaultResult: "CONTINUE",
          },
        ],
        enabledMetrics: ["GroupInServiceInstances", "GroupDesiredCapacity"],
        // The cluster says when they are ready, with the machines' own words when they are not.
        waitForCapacityTimeout: "0",
        tags: Object.entries(poolTags(args, name)).map(([key, value]) => ({
          key,
          value,
          propagateAtLaunch: false,
        })),
      },
      // What decides on their number changes it too.
      { parent: this, deleteBeforeReplace: true, ignoreChanges: ["initialLifecycleHooks"] },
    );
    this.groupName = group.name;
    this.min = min;
    this.registerOutputs({ groupName: this.groupName });
  }

  private launchTemplate(name: string, args: WorkerPoolArgs): aws.ec2.LaunchTemplate {
    const { volumeType, volumeSize, encrypted, kmsKeyId, deleteOnTermination } = rootDisk(
      args.rootVolumeGiB ?? 40,
      args.keyArn,
    );
    return new aws.ec2.LaunchTemplate(
      name,
      {
        imageId: args.imageId,
        instanceType: args.instanceTypes[0],
        userData: compressedUserData(`pool ${args.spec.name}`, args.spec.userData),
        iamInstanceProfile: { name: args.profileName },
        metadataOptions: instanceMetadata,
        networkInterfaces: [
          {
            associatePublicIpAddress: "false",
            securityGroups: [args.securityGroupId],
            deleteOnTermination: "true",
          },
        ],
        blockDeviceMappings: [
          {
            deviceName: args.rootDevice ?? "/dev/xvda",
            ebs: {
              volumeType,
              volumeSize,
              encrypted: String(encrypted),
              kmsKeyId,
              deleteOnTermination: String(deleteOnTermination),
            },
          },
        ],
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags: poolTags(args, name),
        })),
        updateDefaultVersion: true,
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
  }
}

function poolTags(args: WorkerPoolArgs, name: string): Record<string, string> {
  return { ...belongingTags(args, name), "slipway.pool": args.spec.name };
}
