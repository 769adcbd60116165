import type { EC2Client, Filter, Instance, Tag } from "@aws-sdk/client-ec2";

import { type Belonging, environmentLabel, ownerLabel } from "../belonging";
import type { LiveMachine } from "../platform";
import { kubernetesTag, machineTag, revisionTag } from "./tags";

/** How long EC2 gives a system to end before it takes its power, and a while more. */
const stopSeconds = 600;

/** Neither gone nor on their way out. */
const present = ["pending", "running", "stopping", "stopped"];

/** What no resource gives of an environment's instances: what they are now, and an orderly stop. */
export class Instances {
  private client: Promise<EC2Client> | undefined;

  constructor(private readonly region: string) {}

  /** When the instance began to run, last. */
  async startedAt(id: string): Promise<Date> {
    const [instance] = await this.find([{ Name: "instance-id", Values: [id] }]);
    if (instance?.LaunchTime === undefined) throw new Error(`there is no instance ${id}`);
    return instance.LaunchTime;
  }

  /** A group's instances that are not on their way out. */
  async ofGroup(group: string): Promise<Instance[]> {
    return await this.find([
      { Name: "tag:aws:autoscaling:groupName", Values: [group] },
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ]);
  }

  /** The machines that have a place of their own: an instance, or only the volume that it left. */
  async live(belonging: Belonging): Promise<LiveMachine[]> {
    const filters = [...ofEnvironment(belonging), { Name: "tag-key", Values: [machineTag] }];
    const [instances, volumes] = await Promise.all([
      this.find([...filters, { Name: "instance-state-name", Values: present }]),
      this.machinesOfVolumes(filters),
    ]);
    const machines = instances.map(liveMachine);
    const names = new Set(machines.map(({ name }) => name));
    const gone = volumes.filter((name) => !names.has(name));
    return [...machines, ...gone.map((name): LiveMachine => ({ name, state: "gone" }))];
  }

  /** Shuts a machine's system down and waits for it. Then nothing protects it from being replaced. */
  async stop(belonging: Belonging, machine: string): Promise<void> {
    const sdk = await import("@aws-sdk/client-ec2");
    const client = await this.ec2();
    const named = { Name: `tag:${machineTag}`, Values: [machine] };
    const state = { Name: "instance-state-name", Values: present };
    const found = await this.find([...ofEnvironment(belonging), named, state]);
    const ids = found.flatMap(({ InstanceId }) => InstanceId ?? []);
    if (ids.length === 0) return;
    // An instance that an older program made is deleted as its old state says, which leaves its protection.
    for (const InstanceId of ids)
      await client.send(
        new sdk.ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: false } }),
      );
    await client.send(new sdk.StopInstancesCommand({ InstanceIds: ids }));
    const wait = { client, maxWaitTime: stopSeconds, minDelay: 2, maxDelay: 5 };
    await sdk.waitUntilInstanceStopped(wait, { InstanceIds: ids });
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

  private async machinesOfVolumes(filters: Filter[]): Promise<string[]> {
    const { paginateDescribeVolumes } = await import("@aws-sdk/client-ec2");
    const found: string[] = [];
    for await (const page of paginateDescribeVolumes({ client: await this.ec2() }, { Filters: filters })) {
      found.push(...(page.Volumes ?? []).flatMap(({ Tags }) => tagOf(Tags, machineTag) ?? []));
    }
    return found;
  }

  /** Loaded when it is needed: a preview of a new environment has no instance to look at, and does not wait for it. */
  private ec2(): Promise<EC2Client> {
    return (this.client ??= import("@aws-sdk/client-ec2").then(
      (sdk) => new sdk.EC2Client({ region: this.region }),
    ));
  }
}

/** The value of one of a thing's tags; undefined when it has none of this name. */
export function tagOf(tags: readonly Tag[] | undefined, name: string): string | undefined {
  return tags?.find(({ Key }) => Key === name)?.Value;
}

function ofEnvironment({ environment, owner }: Belonging): Filter[] {
  const whose = owner === undefined ? [] : [{ Name: `tag:${ownerLabel}`, Values: [owner] }];
  return [{ Name: `tag:${environmentLabel}`, Values: [environment] }, ...whose];
}

function liveMachine({ InstanceId: id = "", State, Tags }: Instance): LiveMachine {
  const revision = tagOf(Tags, revisionTag);
  const kubernetesVersion = tagOf(Tags, kubernetesTag);
  const runs = State?.Name === "running" || State?.Name === "pending";
  return {
    name: tagOf(Tags, machineTag) ?? "",
    id,
    state: runs ? "running" : "stopped",
    ...(revision !== undefined && { revision }),
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
  };
}
