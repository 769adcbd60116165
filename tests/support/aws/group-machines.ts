import { setTimeout as sleep } from "node:timers/promises";

import {
  type AutoScalingClient,
  CompleteLifecycleActionCommand,
  paginateDescribeAutoScalingGroups,
} from "@aws-sdk/client-auto-scaling";

import { enterHook, leaveHook } from "../../../components/machines/aws/aws-facts";

/** What machines of auto-scaling groups say to AWS, while none boots: that each is a ready node, and that its pods are elsewhere. */
export class GroupMachines {
  private stopping = false;
  private readonly work: Promise<void>;
  /** Whether a machine becomes a ready node. Default: each does. */
  becomesReady: (instanceId: string) => Promise<boolean> = () => Promise.resolve(true);

  constructor(private readonly client: AutoScalingClient) {
    this.work = this.follow();
  }

  /** @throws what went wrong meanwhile */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.work;
  }

  private async follow(): Promise<void> {
    while (!this.stopping) {
      for await (const { AutoScalingGroups = [] } of paginateDescribeAutoScalingGroups(
        { client: this.client },
        {},
      ))
        for (const { AutoScalingGroupName: group = "", Instances = [] } of AutoScalingGroups)
          for (const { InstanceId = "", LifecycleState = "" } of Instances)
            await this.speak(group, InstanceId, LifecycleState);
      await sleep(50);
    }
  }

  private async speak(group: string, instance: string, state: string): Promise<void> {
    const isEntering = state === "Pending:Wait" && (await this.becomesReady(instance));
    if (!isEntering && state !== "Terminating:Wait") return;
    const command = new CompleteLifecycleActionCommand({
      AutoScalingGroupName: group,
      LifecycleHookName: isEntering ? enterHook : leaveHook,
      LifecycleActionResult: "CONTINUE",
      InstanceId: instance,
    });
    await this.client.send(command).catch((error: unknown) => {
      // It was taken away meanwhile.
      if (!String(error).includes("No active Lifecycle Action")) throw error;
    });
  }
}
