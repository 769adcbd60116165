import { spawn } from "node:child_process";
import { createWriteStream, readdirSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { AutoScalingClient, DescribeAutoScalingInstancesCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVolumesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  type Instance,
  RunInstancesCommand,
  type Tag,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";

import { imageName } from "../../../toolchain/images";
import { run } from "../../../toolchain/images/command";
import { buildImage } from "../../../toolchain/images/docker";
import { bareMachine } from "../../../toolchain/images/machine-images";
import { MetadataService, type RoleCredentials } from "./metadata-service";
import type { Moto } from "./moto";

/** Where instances run. */
export interface Ec2HostArgs {
  readonly moto: Moto;
  readonly region: string;
  /** What the names of containers begin with. */
  readonly prefix: string;
  /** The Docker network that is the VPC, and the host's address on it. */
  readonly network: string;
  readonly gateway: string;
  /** Where buckets' names lead to. */
  readonly s3Address: string;
  /** File with the certificate of who signed for AWS' APIs. */
  readonly authorityFile: string;
  /** Folder for the disks of volumes. */
  readonly folder: string;
}

interface Running {
  readonly container: string;
  readonly metadata: MetadataService;
  /** By the volume's id, the loop device that it is. */
  readonly disks: Map<string, string>;
}

const instance = path.join(__dirname, "instance");
const capabilities = ["NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE"];
const diskSize = "2G";

/**
 * Boots what moto takes for running instances: each is a container of a stock Debian with the instance's address, its user
 * data and its role's credentials from a metadata service at 169.254.169.254, and its volumes as block devices.
 * What it prints is its console at moto. One that is terminated there is gone here.
 */
export class Ec2Host {
  private readonly running = new Map<string, Running>();
  private readonly ec2: EC2Client;
  private readonly autoScaling: AutoScalingClient;
  private stopping = false;
  private work: Promise<void> = Promise.resolve();

  private constructor(
    private readonly args: Ec2HostArgs,
    private readonly image: string,
  ) {
    const { moto, region } = args;
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    this.ec2 = new EC2Client({ region, endpoint: moto.url, credentials });
    this.autoScaling = new AutoScalingClient({ region, endpoint: moto.url, credentials });
  }

  static async start(args: Ec2HostArgs): Promise<Ec2Host> {
    const image = `${args.prefix}-instance:latest`;
    const context = [
      { folder: instance, files: readdirSync(instance) },
      {
        folder: path.join(bareMachine().folder, "rootfs"),
        files: ["usr/local/sbin/slipway-container", "etc/sysctl.d/91-container.conf"],
      },
    ];
    await buildImage(image, context, { DEBIAN: imageName("debian") });
    const host = new Ec2Host(args, image);
    host.work = host.follow();
    return host;
  }

  /** Name of an instance's container. */
  container(instanceId: string): string {
    return `${this.args.prefix}-${instanceId}`;
  }

  /** What its metadata service says from now on at a path. */
  say(instanceId: string, at: string, text: string): void {
    this.of(instanceId).metadata.say(at, text);
  }

  /** Ids of the volumes that are attached to an instance, without the one that it boots from. */
  volumes(instanceId: string): string[] {
    return [...this.of(instanceId).disks.keys()];
  }

  /** A command inside an instance; gives what it prints. */
  async inside(instanceId: string, ...command: string[]): Promise<string> {
    return await run(["docker", "exec", this.container(instanceId), ...command]);
  }

  /** Starts another instance, as somebody who may; gives its id. */
  async launch(wanted: {
    readonly subnet: string;
    readonly userData: string;
    readonly profile: string;
  }): Promise<string> {
    const { Instances = [] } = await this.ec2.send(
      new RunInstancesCommand({
        ...{ ImageId: "ami-04681a1dbd79675a5", InstanceType: "m5.large", MinCount: 1, MaxCount: 1 },
        SubnetId: wanted.subnet,
        UserData: wanted.userData,
        IamInstanceProfile: { Name: wanted.profile },
      }),
    );
    return Instances[0]?.InstanceId ?? "";
  }

  /** Takes an instance away, and waits until it is gone. */
  async terminate(instanceId: string): Promise<void> {
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    while (this.running.has(instanceId)) await sleep(200);
  }

  /** What an instance was started with, as EC2 has it: in base64. */
  async userData(instanceId: string): Promise<string> {
    const attribute = { InstanceId: instanceId, Attribute: "userData" } as const;
    const { UserData } = await this.ec2.send(new DescribeInstanceAttributeCommand(attribute));
    return UserData?.Value ?? "";
  }

  /** What an instance has printed, as EC2 tells it. */
  async console(instanceId: string): Promise<string> {
    const { Output = "" } = await this.ec2.send(new GetConsoleOutputCommand({ InstanceId: instanceId }));
    return Buffer.from(Output, "base64").toString();
  }

  /** The instances that run, as EC2 tells of them. */
  async instances(): Promise<Instance[]> {
    const filter = { Name: "instance-state-name", Values: ["running"] };
    const { Reservations = [] } = await this.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  /** Ends all that it started. Throws what went wrong while it ran. */
  async stop(): Promise<void> {
    this.stopping = true;
    try {
      await this.work;
    } finally {
      for (const id of [...this.running.keys()]) await this.remove(id);
      await run(["docker", "image", "rm", this.image]);
    }
  }

  private async follow(): Promise<void> {
    while (!this.stopping) {
      const instances = await this.instances();
      const ids = instances.map(({ InstanceId = "" }) => InstanceId);
      for (const id of [...this.running.keys()].filter((each) => !ids.includes(each))) await this.remove(id);
      const found = instances.filter(({ InstanceId = "" }) => !this.running.has(InstanceId));
      await Promise.all(found.map((instance) => this.boot(instance)));
      await this.attachVolumes();
      await this.tellThoseThatLeave();
      await sleep(500);
    }
  }

  private async boot(instance: Instance): Promise<void> {
    const { gateway, network, authorityFile, moto, prefix } = this.args;
    const { InstanceId: id = "", PrivateIpAddress: address = "", PrivateDnsName: hostname = "" } = instance;
    const metadata = await this.metadataOf(instance);
    const container = this.container(id);
    this.running.set(id, { container, metadata, disks: new Map() });
    await run([
      ...["docker", "run", "--detach", "--tty", "--name", container, "--hostname", hostname],
      ...["--network", network, "--ip", address, "--label", `slipway.test=${prefix}`],
      ...capabilities.flatMap((capability) => ["--cap-add", capability]),
      ...["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"].flatMap((option) => [
        "--security-opt",
        option,
      ]),
      ...["--cgroupns", "private", "--device-cgroup-rule", "a *:* rwm", "--memory", "3g"],
      ...(await this.buckets()).flatMap((bucket) => ["--add-host", bucket]),
      ...["--tmpfs", "/run:exec", "--tmpfs", "/tmp:exec", "--volume", "/var"],
      ...["--volume", `${authorityFile}:/etc/aws-authority.crt:ro`],
      ...["--env", `METADATA=${gateway}:${metadata.port}`, this.image],
    ]);
    const console = createWriteStream(moto.consoleFile(id));
    const logs = spawn("docker", ["logs", "--follow", container], { stdio: ["ignore", "pipe", "ignore"] });
    logs.stdout.pipe(console);
  }

  /** Where the names of buckets lead to, which nobody knows before they are made. */
  private async buckets(): Promise<string[]> {
    const { moto, region, s3Address } = this.args;
    const { bucket = [] } = await moto.contents(region);
    return bucket.map((name) => `${name}.s3.${region}.amazonaws.com:${s3Address}`);
  }

  private async metadataOf(instance: Instance): Promise<MetadataService> {
    const { region, gateway } = this.args;
    const { InstanceId: id = "", PrivateIpAddress: address = "", PrivateDnsName: name = "" } = instance;
    const userData = await this.userData(id);
    const role = await this.roleOf(instance);
    return MetadataService.start(gateway, {
      instanceId: id,
      region,
      more: {
        "user-data": Buffer.from(userData, "base64"),
        "meta-data/ami-id": instance.ImageId ?? "",
        "meta-data/local-hostname": name,
        "meta-data/local-ipv4": address,
        [`meta-data/network/interfaces/macs/${macOf(address)}/device-number`]: "0",
        "meta-data/placement/availability-zone": instance.Placement?.AvailabilityZone ?? "",
        "meta-data/autoscaling/target-lifecycle-state": "InService",
      },
      ...(role && { role }),
    });
  }

  /** The role of its profile, with credentials that EC2 gets for it. */
  private async roleOf(
    instance: Instance,
  ): Promise<{ name: string; credentials: RoleCredentials } | undefined> {
    const profile = await this.profileOf(instance);
    if (profile === undefined) return undefined;
    const { moto } = this.args;
    const parameters = { InstanceProfileName: profile };
    const found = await moto.call(["iam", "2010-05-08"], "GetInstanceProfile", parameters);
    const roleArn = /<Roles>.*?<Arn>(.*?)<\/Arn>.*?<\/Roles>/s.exec(found)?.[1] ?? "";
    const answer = await moto.call(["sts", "2011-06-15"], "AssumeRole", {
      RoleArn: roleArn,
      RoleSessionName: "instance",
    });
    const field = (tag: string): string => new RegExp(`<${tag}>(.*?)</${tag}>`).exec(answer)?.[1] ?? "";
    return {
      name: roleArn.split("/").pop() ?? "",
      credentials: {
        AccessKeyId: field("AccessKeyId"),
        SecretAccessKey: field("SecretAccessKey"),
        Token: field("SessionToken"),
      },
    };
  }

  /** Name of its profile. Of what a group has launched moto does not say it: it is the launch template's. */
  private async profileOf({ IamInstanceProfile: profile, Tags = [] }: Instance): Promise<string | undefined> {
    if (profile?.Arn !== undefined) return profile.Arn.split("/").pop();
    const nameIn = (tags: readonly Tag[]): string | undefined =>
      tags.find(({ Key }) => Key === "Name")?.Value;
    const { LaunchTemplates = [] } = await this.ec2.send(new DescribeLaunchTemplatesCommand({}));
    const template = LaunchTemplates.find((each) => nameIn(each.Tags ?? []) === (nameIn(Tags) ?? "none"));
    if (template === undefined) return undefined;
    const wanted = { LaunchTemplateId: template.LaunchTemplateId, Versions: ["$Latest"] };
    const { LaunchTemplateVersions: [version] = [] } = await this.ec2.send(
      new DescribeLaunchTemplateVersionsCommand(wanted),
    );
    return version?.LaunchTemplateData?.IamInstanceProfile?.Name;
  }

  private async attachVolumes(): Promise<void> {
    const attached = { Name: "attachment.status", Values: ["attached"] };
    const { Volumes = [] } = await this.ec2.send(new DescribeVolumesCommand({ Filters: [attached] }));
    for (const { VolumeId = "", Attachments = [] } of Volumes) {
      // The disk that it boots from is the container's.
      const attachment = Attachments.find(({ Device }) => Device === "/dev/sdf");
      const instance = this.running.get(attachment?.InstanceId ?? "");
      if (instance && !instance.disks.has(VolumeId)) await this.attach(VolumeId, instance);
    }
  }

  /** https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html */
  private async tellThoseThatLeave(): Promise<void> {
    const { AutoScalingInstances = [] } = await this.autoScaling.send(
      new DescribeAutoScalingInstancesCommand({}),
    );
    for (const { InstanceId = "", LifecycleState = "" } of AutoScalingInstances) {
      const isLeaving = LifecycleState === "Terminating:Wait";
      const metadata = isLeaving && this.running.get(InstanceId)?.metadata;
      if (metadata) metadata.say("meta-data/autoscaling/target-lifecycle-state", "Terminated");
    }
  }

  /** A volume's disk is a file, which a loop device makes a block device of; it is called as EBS' are. */
  private async attach(volumeId: string, { container, disks }: Running): Promise<void> {
    const disk = `/volumes/${volumeId}`;
    const device = await this.withLoopDevices(
      `[ -e ${disk} ] || truncate --size ${diskSize} ${disk}; losetup --find --show ${disk}`,
    );
    disks.set(volumeId, device);
    const number = device.replace("/dev/loop", "");
    const link = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
    const script = `[ -b ${device} ] || mknod ${device} b 7 ${number}; mkdir -p /dev/disk/by-id; ln -s ${device} ${link}`;
    await run(["docker", "exec", container, "sh", "-c", script]);
  }

  /** Runs a script on the Docker daemon's host, where loop devices are. */
  private async withLoopDevices(script: string): Promise<string> {
    return await run([
      ...["docker", "run", "--rm", "--network", "none", "--cap-add", "SYS_ADMIN"],
      ...["--security-opt", "apparmor=unconfined", "--device-cgroup-rule", "a *:* rwm"],
      ...["--volume", "/dev:/dev", "--volume", `${this.args.folder}:/volumes`],
      ...["--entrypoint", "sh", this.image, "-c", script],
    ]);
  }

  private async remove(id: string): Promise<void> {
    const { container, metadata, disks } = this.of(id);
    this.running.delete(id);
    await run(["docker", "rm", "--force", "--volumes", container]);
    for (const device of disks.values()) await this.withLoopDevices(`losetup --detach ${device}`);
    await metadata.stop();
  }

  private of(id: string): Running {
    const instance = this.running.get(id);
    if (instance === undefined) throw new Error(`no instance ${id} runs`);
    return instance;
  }
}

/** As Docker derives it from an address. */
function macOf(address: string): string {
  const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
  return ["02", "42", ...bytes].join(":");
}
