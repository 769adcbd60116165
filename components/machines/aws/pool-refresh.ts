import { setTimeout as sleep } from "node:timers/promises";

import type { AutoScalingGroup, InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import type { Instance } from "@aws-sdk/client-ec2";

import type { PoolFollower } from "../platform";
import type { AutoScalingGroups } from "./auto-scaling-groups";
import { type Instances, tagOf } from "./instances";
import type { PoolTarget } from "./pool-target";
import { revisionTag } from "./tags";

/** Statuses of a refresh that goes on. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html */
const underWay = ["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"];
/** Those of them that end without having replaced everything. */
const givenUp = ["Cancelling", "RollbackInProgress"];

/** How often to look, unless it is said. */
const pollMilliseconds = 10_000;

/**
 * Replaces a pool's machines in turn, as an instance refresh of AWS', and waits for it. What an update that died has begun is
 * gone on with; what was begun for another version is ended first.
 */
export class PoolRefresh {
  /** The line that was told last. */
  private told = "";

  constructor(
    private readonly pool: string,
    private readonly target: PoolTarget,
    private readonly aws: { readonly groups: AutoScalingGroups; readonly instances: Instances },
    private readonly follower: PoolFollower,
    private readonly intervalMilliseconds = pollMilliseconds,
  ) {}

  /**
   * Resolves when all machines are what the target says, and the group makes such ones.
   * @throws Error when a new machine gives up or is late, with its words, or when AWS ends the refresh, with AWS' reason
   */
  async finish(): Promise<void> {
    const begun = await this.begun();
    if (begun !== undefined) await this.follow(begun);
    if ((await this.outdated()).length > 0) await this.follow(await this.start());
    await this.keepVersion();
  }

  /** The refresh that is under way to this very version. Others are ended. */
  private async begun(): Promise<string | undefined> {
    let cancelled = false;
    for (;;) {
      const { InstanceRefreshId: id, Status = "", DesiredConfiguration } = (await this.latest()) ?? {};
      if (id === undefined || !underWay.includes(Status)) return undefined;
      const isEnding = cancelled || givenUp.includes(Status);
      const template =
        DesiredConfiguration?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
      if (template?.Version === this.target.version && !isEnding) return id;
      this.tell("waiting for an earlier refresh of its machines to end");
      if (!isEnding) await this.aws.groups.cancelRefresh(this.target.groupName);
      cancelled = true;
      await this.pause();
    }
  }

  private async start(): Promise<string> {
    const group = await this.group();
    const desired = Math.max(group.DesiredCapacity ?? 1, 1);
    return await this.aws.groups.startRefresh({
      AutoScalingGroupName: this.target.groupName,
      Strategy: "Rolling",
      DesiredConfiguration: { MixedInstancesPolicy: this.policyOf(group) },
      Preferences: {
        // A new one first: there is room for the pods of the one that goes.
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: Math.min(200, 100 + Math.ceil((100 * this.target.maxUnavailable) / desired)),
        // It is a ready node when the hook lets it into service.
        InstanceWarmup: 0,
        SkipMatching: true,
        AutoRollback: true,
      },
    });
  }

  /** The group's own policy, with the target's version of the template. */
  private policyOf({ MixedInstancesPolicy: policy }: AutoScalingGroup) {
    const { templateId: LaunchTemplateId, version: Version } = this.target;
    return {
      ...policy,
      LaunchTemplate: {
        ...policy?.LaunchTemplate,
        LaunchTemplateSpecification: { LaunchTemplateId, Version },
      },
    };
  }

  private async follow(id: string): Promise<void> {
    for (;;) {
      const { Status = "", StatusReason, PercentageComplete = 0 } = (await this.latest(id)) ?? {};
      if (Status === "Successful") return;
      const late = await this.newcomers();
      if (!underWay.includes(Status) || givenUp.includes(Status))
        throw new Error(
          `pool ${this.pool}: AWS ended the refresh of its machines: ${StatusReason ?? Status}` +
            wordsOf(late),
        );
      await this.stopIfHopeless(late);
      const steps = late.map(({ id: machine, said }) => `; ${machine}: ${said.split("\n")[0] ?? ""}`);
      this.tell(`its machines are replaced, ${PercentageComplete} % are${steps.join("")}`);
      await this.pause();
    }
  }

  /** A machine that gave up, or is late, is the last one that was made of this. */
  private async stopIfHopeless(newcomers: readonly Newcomer[]): Promise<void> {
    const { timeoutSeconds } = this.follower;
    const failed = newcomers.filter((each) => each.failed);
    const late = newcomers.filter(({ seconds }) => seconds > timeoutSeconds);
    if (failed.length + late.length === 0) return;
    const undone = await this.aws.groups.rollBackRefresh(this.target.groupName).then(
      () => "the others stay; AWS takes this one back, with which it is gone",
      (error: unknown) => `the refresh could not be taken back: ${String(error)}`,
    );
    const why =
      failed.length > 0
        ? failed.map(({ id, said }) => `machine ${id} of pool ${this.pool} failed at: ${said}`)
        : late.map(
            ({ id, said }) =>
              `machine ${id} of pool ${this.pool} is no ready node after ${timeoutSeconds} s: ${said}`,
          );
    throw new Error([...why, undone].join("\n  "));
  }

  /** Machines of the target's that are not in service yet, and what they say. */
  private async newcomers(): Promise<Newcomer[]> {
    const { revision } = this.target;
    const all = await this.members((state) => state.startsWith("Pending"));
    const waiting = all.filter(({ Tags }) => tagOf(Tags, revisionTag) === revision);
    return await Promise.all(waiting.map((instance) => this.newcomer(instance)));
  }

  private async newcomer({ InstanceId: id = "", LaunchTime = new Date() }: Instance): Promise<Newcomer> {
    // One that has just begun has no console yet.
    const text = await this.aws.instances.console(id).catch(() => "");
    return { id, seconds: (Date.now() - LaunchTime.getTime()) / 1000, ...this.follower.read(text) };
  }

  /** Machines of another revision, or of a type that there are to be no more. */
  private async outdated(): Promise<Instance[]> {
    const { revision, instanceTypes } = this.target;
    const all = await this.members((state) => !state.startsWith("Terminat"));
    return all.filter(
      ({ Tags, InstanceType = "" }) =>
        tagOf(Tags, revisionTag) !== revision || !instanceTypes.includes(InstanceType),
    );
  }

  /** The group's instances in some of its states. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
  private async members(inState: (state: string) => boolean): Promise<Instance[]> {
    const { Instances: members = [] } = await this.group();
    const wanted = members.flatMap(({ InstanceId, LifecycleState = "" }) =>
      inState(LifecycleState) ? (InstanceId ?? []) : [],
    );
    const all = await this.aws.instances.ofGroup(this.target.groupName);
    return all.filter(({ InstanceId = "" }) => wanted.includes(InstanceId));
  }

  /** Labels and taints are another version of the template, for machines to come. */
  private async keepVersion(): Promise<void> {
    const group = await this.group();
    const { Version } = group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? {};
    if (Version === this.target.version) return;
    await this.aws.groups.update({
      AutoScalingGroupName: this.target.groupName,
      MixedInstancesPolicy: this.policyOf(group),
    });
  }

  private async group(): Promise<AutoScalingGroup> {
    return await this.aws.groups.group(this.target.groupName);
  }

  private async latest(id?: string): Promise<InstanceRefresh | undefined> {
    return await this.aws.groups.refresh(this.target.groupName, id);
  }

  private tell(line: string): void {
    if (line !== this.told) this.follower.report(`pool ${this.pool}: ${line}`);
    this.told = line;
  }

  private async pause(): Promise<void> {
    await sleep(this.intervalMilliseconds);
  }
}

/** A machine on its way to being a ready node. */
interface Newcomer {
  readonly id: string;
  /** Since it began to run. */
  readonly seconds: number;
  readonly said: string;
  readonly failed: boolean;
}

function wordsOf(newcomers: readonly Newcomer[]): string {
  return newcomers.map(({ id, said }) => `\n  machine ${id} is at: ${said}`).join("");
}
