import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import type { PoolSpec } from "../platform";
import { enterHook, groupName, leaveHook } from "./aws-facts";
import { compressedUserData } from "./compressed-user-data";
import { instanceMetadata, rootDisk } from "./instance-defaults";
import type { NetworkPlace } from "./network";
import type { PoolTarget } from "./pool-target";
import { revisionOf } from "./revision";
import { belongingTags, clusterTag, poolTag, revisionTag } from "./tags";

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

/** How long a machine has to become a ready node before it is gone, and another one made. Until then it can be looked at. */
const enterSeconds = 1800;

/** Which of the template's versions machines are made of. A change of it alone is the refresh's, not the group's. */
const templateVersion = "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version";

/** Machines that are alike, over all zones: AWS makes and replaces them, and they join and leave by themselves. */
export class WorkerPool extends pulumi.ComponentResource {
  readonly groupName: pulumi.Output<string>;
  /** What its machines are to be. Known when the group can make them. */
  readonly target: pulumi.Output<PoolTarget>;
  /** How many machines it has at least. */
  readonly min: number;

  constructor(name: string, args: WorkerPoolArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsWorkerPool", name, {}, options);

    const { spec, instanceTypes, spot } = args;
    const revision = poolRevision(args);
    const template = this.launchTemplate(name, args, revision);
    const enter = {
      name: enterHook,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      heartbeatTimeout: enterSeconds,
      defaultResult: "ABANDON",
    };
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
        // The hooks are there before the first machine.
        initialLifecycleHooks: [
          enter,
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
      {
        ...{ parent: this, deleteBeforeReplace: true },
        ignoreChanges: ["initialLifecycleHooks", templateVersion],
        // Its machines may take all of their time to leave.
        customTimeouts: { delete: `${leaveSeconds + 600}s` },
      },
    );
    // For a group that an older program made. A group's hooks go with it, and not before: machines are to leave in order.
    const hook = new aws.autoscaling.LifecycleHook(
      name,
      { ...enter, autoscalingGroupName: group.name },
      { parent: this, retainOnDelete: true },
    );
    this.groupName = group.name;
    this.target = pulumi
      .all([group.name, template.id, template.latestVersion, revision, hook.id])
      .apply(([groupName, templateId, version, wanted]) => ({
        ...{ groupName, templateId, version: String(version), revision: wanted, instanceTypes },
        maxUnavailable: spec.maxUnavailable,
      }));
    this.min = min;
    this.registerOutputs({ groupName: this.groupName });
  }

  private launchTemplate(
    name: string,
    args: WorkerPoolArgs,
    revision: pulumi.Output<string>,
  ): aws.ec2.LaunchTemplate {
    const { volumeType, volumeSize, encrypted, kmsKeyId, deleteOnTermination } = rootDisk(
      args.rootVolumeGiB ?? 40,
      args.keyArn,
    );
    return new aws.ec2.LaunchTemplate(
      name,
      {
        imageId: args.imageId,
        instanceType: args.instanceTypes[0],
        userData: pulumi
          .output(args.spec.userData)
          .apply((document) => compressedUserData(`pool ${args.spec.name}`, document)),
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
          tags: {
            ...poolTags(args, name),
            ...(resourceType === "instance" && {
              ...clusterTag(args.environment),
              [revisionTag]: revision,
            }),
          },
        })),
        updateDefaultVersion: true,
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
  }
}

function poolTags(args: WorkerPoolArgs, name: string): Record<string, string> {
  return { ...belongingTags(args, name), [poolTag]: args.spec.name };
}

/** What replaces its machines when it is another one. Their types are compared by themselves: one more is no other machine. */
function poolRevision({ spec, imageId, rootDevice, rootVolumeGiB }: WorkerPoolArgs): pulumi.Output<string> {
  const document = spec.unlabelledUserData ?? spec.userData;
  return revisionOf({ document, imageId, rootDevice, rootVolumeGiB });
}
