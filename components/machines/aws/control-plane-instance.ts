import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { withEtcdVolume } from "./aws-facts";
import { compressedUserData } from "./compressed-user-data";
import { instanceMetadata, rootDisk } from "./instance-defaults";
import type { ControlPlanePlace } from "./network";
import { belongingTags, clusterTag, kubernetesTag, machineTag, revisionTag } from "./tags";

/** What a control plane's machine is, and its volume. */
export interface ControlPlaneMachine {
  /** As in `m7g.large`. */
  readonly instanceType: string;
  /** Id of its image, of the type's architecture. Another one replaces the machines, one after the other. */
  readonly imageId: pulumi.Input<string>;
  /** GiB of its encrypted root disk. Default 20. */
  readonly rootVolumeGiB?: number;
  /** GiB of etcd's own volume. Default 20; it can grow, not shrink. */
  readonly etcdVolumeGiB?: number;
}

export interface ControlPlaneInstanceArgs extends Belonging, ControlPlaneMachine {
  /** Host name, and name of the Node. */
  readonly machineName: string;
  readonly place: ControlPlanePlace;
  readonly securityGroupId: pulumi.Input<string>;
  readonly profileName: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  /** Its document. Nothing of the instance changes before it is known. */
  readonly userData: pulumi.Input<string>;
  /** As the platform's `revision` gives it: another one replaces the instance. */
  readonly revision: pulumi.Input<string>;
  /** Without a leading `v`. */
  readonly kubernetesVersion: string;
  /** Whether AWS refuses to terminate it to everybody but an update, and the stack to delete its volume. */
  readonly deletionProtection: boolean;
}

/**
 * A control plane's machine: an instance without a public address or SSH, and etcd's volume, which outlives the instance.
 * One that takes its place has its name, its address and its volume.
 */
export class ControlPlaneInstance extends pulumi.ComponentResource {
  /** Known when it runs. */
  readonly instanceId: pulumi.Output<string>;
  readonly etcdVolumeId: pulumi.Output<string>;

  constructor(name: string, args: ControlPlaneInstanceArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsControlPlaneInstance", name, {}, options);

    const { place, keyArn } = args;
    const tags = {
      ...belongingTags(args, name),
      ...clusterTag(args.environment),
      [machineTag]: args.machineName,
      [kubernetesTag]: args.kubernetesVersion,
      [revisionTag]: args.revision,
    };
    const volume = new aws.ebs.Volume(
      `${name}-etcd`,
      {
        availabilityZone: place.subnet.zone,
        type: "gp3",
        size: args.etcdVolumeGiB ?? 20,
        encrypted: true,
        kmsKeyId: keyArn,
        tags: {
          ...belongingTags(args, `${name}-etcd`),
          [machineTag]: args.machineName,
          // What is read of an environment whose instances are all gone.
          [kubernetesTag]: args.kubernetesVersion,
        },
      },
      { parent: this, protect: args.deletionProtection },
    );
    const instance = new aws.ec2.Instance(
      name,
      {
        ami: args.imageId,
        instanceType: args.instanceType,
        subnetId: place.subnet.id,
        privateIp: place.address,
        associatePublicIpAddress: false,
        vpcSecurityGroupIds: [args.securityGroupId],
        iamInstanceProfile: args.profileName,
        metadataOptions: instanceMetadata,
        rootBlockDevice: {
          ...rootDisk(args.rootVolumeGiB, keyArn),
          tags: belongingTags(args, `${name}-root`),
        },
        userDataBase64: pulumi
          .all([args.userData, volume.id])
          .apply(([document, id]) => compressedUserData(args.machineName, withEtcdVolume(document, id))),
        userDataReplaceOnChange: true,
        // Against mistakes by hand: who replaces it takes the protection away first. Its data is on the volume.
        disableApiTermination: args.deletionProtection,
        forceDestroy: true,
        ebsOptimized: true,
        maintenanceOptions: { autoRecovery: "default" },
        tags,
      },
      {
        parent: this,
        // The new one has the address and the volume of the old one.
        deleteBeforeReplace: true,
        // Another type would be given to this one in place, which stops it.
        replaceOnChanges: ["instanceType", `tags["${revisionTag}"]`],
      },
    );
    new aws.ec2.VolumeAttachment(
      `${name}-etcd`,
      {
        instanceId: instance.id,
        volumeId: volume.id,
        // Asked for, and not what Linux calls it: the machine looks for the volume by itself.
        deviceName: "/dev/sdf",
        // etcd's last words reach the disk.
        stopInstanceBeforeDetaching: true,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.instanceId = instance.id;
    this.etcdVolumeId = volume.id;
    this.registerOutputs({ instanceId: this.instanceId });
  }
}
