import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";

import { readBootReport } from "../../components/cluster/console";
import { AutoScalingGroups } from "../../components/machines/aws/auto-scaling-groups";
import { enterHook, leaveHook } from "../../components/machines/aws/aws-facts";
import { Instances } from "../../components/machines/aws/instances";
import { PoolRefresh } from "../../components/machines/aws/pool-refresh";
import type { PoolTarget } from "../../components/machines/aws/pool-target";
import { GroupMachines } from "../support/aws/group-machines";
import { Moto } from "../support/aws/moto";
import { talkTo } from "../support/aws/moto-environment";
import { eventually } from "../support/test-environment";

jest.setTimeout(120_000);

const region = "eu-central-1";
const groupName = "slipway-prod-general";
const imageId = "ami-04681a1dbd79675a5";

let moto: Moto;
let ec2: EC2Client;
let autoScaling: AutoScalingClient;
let machines: GroupMachines;
let templateId = "";
/** What was told. */
let lines: string[];
let goBack: () => void;

beforeEach(async () => {
  lines = [];
  moto = await Moto.start();
  goBack = talkTo(moto);
  ec2 = new EC2Client({ region });
  autoScaling = new AutoScalingClient({ region });
  machines = new GroupMachines(autoScaling);
});

afterEach(async () => {
  goBack();
  try {
    await machines.stop();
  } finally {
    await moto.stop();
  }
});

const dataOf = (revision: string) => ({
  ImageId: imageId,
  InstanceType: "m5.large" as const,
  TagSpecifications: [
    { ResourceType: "instance" as const, Tags: [{ Key: "slipway.revision", Value: revision }] },
  ],
});

/** A group of three, each machine of which is in service. */
async function makeGroup(revision: string): Promise<void> {
  const made = await ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: "general", LaunchTemplateData: dataOf(revision) }),
  );
  templateId = made.LaunchTemplate?.LaunchTemplateId ?? "";
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const hook = (name: string, transition: string) => ({
    ...{ LifecycleHookName: name, LifecycleTransition: `autoscaling:EC2_INSTANCE_${transition}` },
    HeartbeatTimeout: 60,
  });
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: groupName, MinSize: 3, MaxSize: 6, DesiredCapacity: 3 },
      VPCZoneIdentifier: Subnets[0]?.SubnetId,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId: templateId, Version: "1" },
          Overrides: [{ InstanceType: "m5.large" }],
        },
      },
      LifecycleHookSpecificationList: [hook(enterHook, "LAUNCHING"), hook(leaveHook, "TERMINATING")],
    }),
  );
  await eventually(20, inService, (all) => all === 3);
}

/** Makes a version of the template, and gives what the group's machines are to be then. */
async function target(revision: string, more: Partial<PoolTarget> = {}): Promise<PoolTarget> {
  const { LaunchTemplateVersion: made } = await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: templateId,
      LaunchTemplateData: dataOf(revision),
    }),
  );
  const version = String(made?.VersionNumber);
  return {
    ...{ groupName, templateId, version, revision, instanceTypes: ["m5.large"], maxUnavailable: 1 },
    ...more,
  };
}

async function group() {
  const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groupName] });
  const { AutoScalingGroups: [found] = [] } = await autoScaling.send(command);
  return found;
}

async function inService(): Promise<number> {
  const { Instances: members = [] } = (await group()) ?? {};
  return members.filter(({ LifecycleState }) => LifecycleState === "InService").length;
}

async function versionOfGroup(): Promise<string | undefined> {
  return (await group())?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification?.Version;
}

async function running(): Promise<Instance[]> {
  const filter = { Name: "instance-state-name", Values: ["running"] };
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
  return Reservations.flatMap(({ Instances: found = [] }) => found);
}

const ids = async (): Promise<string[]> => (await running()).map(({ InstanceId = "" }) => InstanceId).sort();

const revisions = async (): Promise<string[]> =>
  (await running()).map(({ Tags = [] }) => Tags.find(({ Key }) => Key === "slipway.revision")?.Value ?? "");

const started = (): number =>
  moto.requests().filter(({ action }) => action === "StartInstanceRefresh").length;

function refresh(wanted: PoolTarget, timeoutSeconds = 60): PoolRefresh {
  const read = (text: string) => {
    const { step, log, failed } = readBootReport(text);
    return { said: [step, ...log].join("\n    "), failed };
  };
  const report = (line: string): void => void lines.push(line);
  const aws = { groups: new AutoScalingGroups(region), instances: new Instances(region) };
  return new PoolRefresh("general", wanted, aws, { report, read, timeoutSeconds }, 100);
}

/** Starts a refresh, and waits until its first machine is there. */
async function begin({ version }: PoolTarget): Promise<void> {
  const { MixedInstancesPolicy: policy } = (await group()) ?? {};
  const specification = { LaunchTemplateId: templateId, Version: version };
  const wanted = {
    ...policy,
    LaunchTemplate: { ...policy?.LaunchTemplate, LaunchTemplateSpecification: specification },
  };
  await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: groupName,
      DesiredConfiguration: { MixedInstancesPolicy: wanted },
      Preferences: { SkipMatching: true },
    }),
  );
  await eventually(20, ids, (all) => all.length === 4);
}

/** Nobody becomes a ready node any more, and each new machine prints this. */
function breakMachines(console: string): void {
  machines.becomesReady = (id) => {
    writeFileSync(moto.consoleFile(id), console);
    return Promise.resolve(false);
  };
}

describe("a pool's machines", () => {
  it("are all replaced when they are made of something else, a new one first", async () => {
    await makeGroup("old");
    const before = await ids();
    let [fewest, most] = [Infinity, 0];
    const end = new AbortController();
    const watch = (async () => {
      while (!end.signal.aborted) {
        fewest = Math.min(fewest, await inService());
        most = Math.max(most, (await running()).length);
        await sleep(20);
      }
    })();
    await refresh(await target("new")).finish();
    end.abort();
    await watch;
    expect(await revisions()).toEqual(["new", "new", "new"]);
    expect((await ids()).filter((id) => before.includes(id))).toEqual([]);
    expect([fewest, most]).toEqual([3, 4]);
    expect(await versionOfGroup()).toBe("2");
    expect(lines[0]).toMatch(/^pool general: its machines are replaced, 0 % are/);
  });

  it("stay when only labels and taints are another version, which machines to come are made of", async () => {
    await makeGroup("same");
    const before = await ids();
    await refresh(await target("same")).finish();
    expect(await ids()).toEqual(before);
    expect(started()).toBe(0);
    expect(await versionOfGroup()).toBe("2");
  });

  it("are replaced when they are of a type that there is to be no more", async () => {
    await makeGroup("same");
    const before = await ids();
    await refresh(await target("same", { instanceTypes: ["m5.large", "m5a.large"] })).finish();
    expect(await ids()).toEqual(before);
    await refresh(await target("same", { instanceTypes: ["m5a.large"] })).finish();
    expect((await ids()).filter((id) => before.includes(id))).toEqual([]);
  });

  it("stop being replaced at the first one that gives up, in its words, and are as before", async () => {
    await makeGroup("old");
    const before = await ids();
    breakMachines(
      "slipway: step kubeadm join\nslipway: log the kubelet is not there\nslipway: failed kubeadm join\n",
    );
    await expect(refresh(await target("broken")).finish()).rejects.toThrow(
      /^machine i-[0-9a-f]+ of pool general failed at: kubeadm join\n {4}the kubelet is not there\n {2}the others stay; AWS takes this one back/,
    );
    expect((await running()).length).toBeLessThanOrEqual(4);
    expect(await eventually(20, ids, (all) => all.length === 3)).toEqual(before);
    expect(await versionOfGroup()).toBe("1");
  });

  it("stop being replaced at one that is late", async () => {
    await makeGroup("old");
    const before = await ids();
    breakMachines("slipway: step waiting for the API\n");
    await expect(refresh(await target("late"), 1).finish()).rejects.toThrow(
      /^machine i-\S+ of pool general is no ready node after 1 s: waiting for the API\n/,
    );
    expect(await eventually(20, ids, (all) => all.length === 3)).toEqual(before);
  });

  it("are waited for when an update that died has begun to replace them", async () => {
    await makeGroup("old");
    const wanted = await target("new");
    machines.becomesReady = () => Promise.resolve(false);
    await begin(wanted);
    const again = refresh(wanted).finish();
    await eventually(
      20,
      () => Promise.resolve(lines),
      ([line]) => (line ?? "").includes("are; i-"),
    );
    machines.becomesReady = () => Promise.resolve(true);
    await again;
    expect(await revisions()).toEqual(["new", "new", "new"]);
    expect(started()).toBe(1);
  });

  it("are not replaced twice by two versions: the first refresh is ended", async () => {
    await makeGroup("old");
    const first = await target("first");
    machines.becomesReady = () => Promise.resolve(false);
    await begin(first);
    const second = refresh(await target("second")).finish();
    await eventually(
      20,
      () => Promise.resolve(lines),
      (all) => all.includes("pool general: waiting for an earlier refresh of its machines to end"),
    );
    machines.becomesReady = () => Promise.resolve(true);
    await second;
    expect(new Set(await revisions())).toEqual(new Set(["second"]));
    expect(moto.requests().map(({ action }) => action)).toContain("CancelInstanceRefresh");
  });
});
