import {
  CreateVolumeCommand,
  DescribeInstanceAttributeCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";

import { Instances } from "../../components/machines/aws/instances";
import { Moto } from "../support/aws/moto";
import { talkTo } from "../support/aws/moto-environment";

jest.setTimeout(120_000);

const region = "eu-central-1";
const own = { environment: "prod", owner: "platform-team" };
const tagsOf = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

let moto: Moto;
let ec2: EC2Client;
let goBack: () => void;

beforeEach(async () => {
  moto = await Moto.start();
  goBack = talkTo(moto);
  ec2 = new EC2Client({ region });
});

afterEach(async () => {
  goBack();
  await moto.stop();
});

/** Gives its id. */
async function start(tags: Readonly<Record<string, string>>, isProtected = false): Promise<string> {
  const { Instances: made = [] } = await ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: "ami-04681a1dbd79675a5", MinCount: 1, MaxCount: 1, DisableApiTermination: isProtected },
      TagSpecifications: [{ ResourceType: "instance", Tags: tagsOf(tags) }],
    }),
  );
  return made[0]?.InstanceId ?? "";
}

const tagged = (machine: string, { environment, owner } = own) => ({
  ...{ "slipway.environment": environment, "slipway.owner": owner, "slipway.machine": machine },
});

const volume = (tags: Readonly<Record<string, string>>) =>
  ec2.send(
    new CreateVolumeCommand({
      ...{ AvailabilityZone: `${region}a`, Size: 20 },
      TagSpecifications: [{ ResourceType: "volume", Tags: tagsOf(tags) }],
    }),
  );

it("tells an environment's machines, what they were made of, and of which only the disk is left", async () => {
  const made = { "slipway.revision": "0123456789abcdef", "slipway.kubernetes": "1.36.3" };
  const first = await start({ ...tagged("control-plane-0"), ...made });
  const second = await start(tagged("control-plane-1"));
  const gone = await start(tagged("control-plane-2"));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
  for (const name of ["control-plane-0", "control-plane-2"]) await volume(tagged(name));
  // A pool's, another environment's, and one of the same name that somebody else has.
  await start({ "slipway.environment": "prod", "slipway.owner": own.owner, "slipway.pool": "general" });
  await start(tagged("control-plane-0", { ...own, environment: "staging" }));
  await start(tagged("control-plane-0", { ...own, owner: "another" }));
  const instances = new Instances(region);
  await instances.stop(own, "control-plane-1");
  expect(await instances.live(own)).toEqual([
    {
      ...{ name: "control-plane-0", id: first, state: "running" },
      ...{ revision: "0123456789abcdef", kubernetesVersion: "1.36.3" },
    },
    { name: "control-plane-1", id: second, state: "stopped" },
    { name: "control-plane-2", state: "gone" },
  ]);
});

it("stops a machine, which can be terminated then, and no other", async () => {
  const [first, second] = [
    await start(tagged("control-plane-0"), true),
    await start(tagged("control-plane-1"), true),
  ];
  const end = (id: string) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await expect(end(first)).rejects.toThrow("disableApiTermination");
  const instances = new Instances(region);
  await instances.stop(own, "control-plane-0");
  // Again, as an update that died had done it.
  await instances.stop(own, "control-plane-0");
  await end(first);
  const { DisableApiTermination } = await ec2.send(
    new DescribeInstanceAttributeCommand({ InstanceId: second, Attribute: "disableApiTermination" }),
  );
  expect(DisableApiTermination?.Value).toBe(true);
  expect((await instances.live(own)).map(({ name, state }) => [name, state])).toEqual([
    ["control-plane-1", "running"],
  ]);
  // There is nothing to stop.
  await instances.stop(own, "control-plane-0");
});
