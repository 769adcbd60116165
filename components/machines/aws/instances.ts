import type { EC2Client, Filter, Instance } from "@aws-sdk/client-ec2";

/** What is read of an environment's instances while they boot, which no resource gives. */
export class Instances {
  private client: Promise<EC2Client> | undefined;

  constructor(private readonly region: string) {}

  /** When the instance began to run, last. */
  async startedAt(id: string): Promise<Date> {
    const [instance] = await this.find([{ Name: "instance-id", Values: [id] }]);
    if (instance?.LaunchTime === undefined) throw new Error(`there is no instance ${id}`);
    return instance.LaunchTime;
  }

  /** Ids of a group's instances that are not on their way out. */
  async ofGroup(group: string): Promise<string[]> {
    const instances = await this.find([
      { Name: "tag:aws:autoscaling:groupName", Values: [group] },
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ]);
    return instances.flatMap(({ InstanceId }) => InstanceId ?? []);
  }

  /** The last 64 KB of the serial console. Instances on AWS' Nitro system show it while they run. */
  async console(id: string): Promise<string> {
    const { GetConsoleOutputCommand } = await import("@aws-sdk/client-ec2");
    const client = await this.ec2();
    const { Output = "" } = await client.send(new GetConsoleOutputCommand({ InstanceId: id, Latest: true }));
    return Buffer.from(Output, "base64").toString();
  }

  private async find(filters: Filter[]): Promise<Instance[]> {
    const { paginateDescribeInstances } = await import("@aws-sdk/client-ec2");
    const found: Instance[] = [];
    for await (const page of paginateDescribeInstances({ client: await this.ec2() }, { Filters: filters })) {
      found.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
    }
    return found;
  }

  /** Loaded when it is needed: a preview has no instance to look at, and does not wait for it. */
  private ec2(): Promise<EC2Client> {
    return (this.client ??= import("@aws-sdk/client-ec2").then(
      (sdk) => new sdk.EC2Client({ region: this.region }),
    ));
  }
}
