import type {
  AutoScalingClient,
  AutoScalingGroup,
  InstanceRefresh,
  StartInstanceRefreshCommandInput,
  UpdateAutoScalingGroupCommandInput,
} from "@aws-sdk/client-auto-scaling";

/** What an update reads and changes of auto-scaling groups beside their resources. */
export class AutoScalingGroups {
  private loaded: Promise<AutoScalingClient> | undefined;

  constructor(private readonly region: string) {}

  /** @throws Error when there is none of this name */
  async group(name: string): Promise<AutoScalingGroup> {
    const { DescribeAutoScalingGroupsCommand } = await import("@aws-sdk/client-auto-scaling");
    const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    const { AutoScalingGroups: [found] = [] } = await (await this.client()).send(command);
    if (found === undefined) throw new Error(`there is no auto-scaling group ${name}`);
    return found;
  }

  async update(input: UpdateAutoScalingGroupCommandInput): Promise<void> {
    const { UpdateAutoScalingGroupCommand } = await import("@aws-sdk/client-auto-scaling");
    await (await this.client()).send(new UpdateAutoScalingGroupCommand(input));
  }

  /** A refresh by its id, or the one that was begun last; undefined when there is none. */
  async refresh(group: string, id?: string): Promise<InstanceRefresh | undefined> {
    const { DescribeInstanceRefreshesCommand } = await import("@aws-sdk/client-auto-scaling");
    const command = new DescribeInstanceRefreshesCommand({
      AutoScalingGroupName: group,
      ...(id === undefined ? { MaxRecords: 1 } : { InstanceRefreshIds: [id] }),
    });
    const { InstanceRefreshes: [found] = [] } = await (await this.client()).send(command);
    return found;
  }

  /** Gives its id. */
  async startRefresh(input: StartInstanceRefreshCommandInput): Promise<string> {
    const { StartInstanceRefreshCommand } = await import("@aws-sdk/client-auto-scaling");
    const { InstanceRefreshId = "" } = await (
      await this.client()
    ).send(new StartInstanceRefreshCommand(input));
    return InstanceRefreshId;
  }

  /** Ends the refresh that is under way; what it has replaced stays so. */
  async cancelRefresh(group: string): Promise<void> {
    const { CancelInstanceRefreshCommand } = await import("@aws-sdk/client-auto-scaling");
    await (await this.client()).send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: group }));
  }

  /** Ends the refresh that is under way, and has AWS undo it. */
  async rollBackRefresh(group: string): Promise<void> {
    const { RollbackInstanceRefreshCommand } = await import("@aws-sdk/client-auto-scaling");
    await (await this.client()).send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: group }));
  }

  /** Loaded when it is needed: a preview does not wait for it. */
  private client(): Promise<AutoScalingClient> {
    return (this.loaded ??= import("@aws-sdk/client-auto-scaling").then(
      (sdk) => new sdk.AutoScalingClient({ region: this.region }),
    ));
  }
}
