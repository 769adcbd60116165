import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { readBootReport } from "../../../components/cluster/console";
import { machineName, type MachineSpec } from "../../../components/machines";
import { AwsMachines, EnvironmentKey, Network } from "../../../components/machines/aws";

const config = new pulumi.Config();
const region = "eu-central-1";
// What moto fails at it fails at again: the provider's 25 tries would take longer than a test.
const provider = new aws.Provider("aws", { region, maxRetries: 2 });
const belonging = { environment: "test", owner: "tests" };
const place = { partition: "aws", region, accountId: "123456789012" };
/** One that moto has. */
const imageId = "ami-04681a1dbd79675a5";

const key = new EnvironmentKey("test", { ...belonging, ...place, deletionWindowInDays: 7 }, { provider });
const network = new Network(
  "test",
  {
    ...belonging,
    region,
    zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
    cidr: "10.20.0.0/16",
    natPerZone: false,
    flowLogs: { retentionDays: 30, kmsKeyArn: key.arn },
  },
  { provider },
);
const machines = new AwsMachines(
  "test",
  {
    ...belonging,
    ...place,
    network,
    keyArn: key.arn,
    access: config.requireObject("access"),
    controlPlaneCount: 3,
    controlPlane: { instanceType: config.get("instanceType") ?? "t3.medium", imageId },
    poolMachines: {
      worker: {
        instanceTypes: ["t3.large", "t3a.large"],
        imageId: config.get("poolImage") ?? imageId,
        max: 5,
        spot: { onDemandBase: 1 },
      },
    },
    machineFiles: config.requireObject("files"),
    deletionProtection: config.getBoolean("protected") ?? false,
  },
  { provider, transformations: config.getBoolean("old") ? [ofBefore] : [] },
);

/** An instance as older programs made it: its state does not let a protected one go. */
function ofBefore({ type, props, opts }: pulumi.ResourceTransformationArgs) {
  if (type !== "aws:ec2/instance:Instance") return undefined;
  return { props: { ...props, forceDestroy: false }, opts };
}

const files = pulumi.secret([{ path: "/etc/slipway/ca.key", content: "made up", permissions: "0600" }]);
machines.keepIdentity("control-plane", files);
machines.keepIdentity("worker", files);
const inside = { parent: machines };
const document = `#cloud-config\nruncmd: [[echo, ${config.get("says") ?? "hello"}]]\n`;
const labels = config.getObject<Record<string, string>>("labels") ?? {};

/** What the program of a cluster does before a machine's turn, as far as it is AWS': the roll's own tests have the rest. */
async function makeRoom(spec: MachineSpec, revision: string): Promise<void> {
  const name = machineName(spec.slot);
  const live = (await machines.live()).find((machine) => machine.name === name);
  if (live?.state === "running" && live.revision !== revision) await machines.stop(name);
}

const known = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve as (value: T) => void);
  });

/** A document that is known in its turn; a preview takes it as it is. */
const inTurn = (turn: () => Promise<unknown>, text = document): pulumi.Input<string> =>
  pulumi.runtime.isDryRun() ? text : turn().then(() => text);

let before: Promise<unknown> = Promise.resolve();
export const controlPlanes = [0, 1, 2].map((index) => {
  const slot = { role: "control-plane", index } as const;
  const spec = { slot, cpus: 2, memoryMiB: 4096, kubernetesVersion: "1.36.3", userData: document };
  const earlier = before;
  const turn = async (): Promise<void> => {
    await earlier;
    await makeRoom(spec, await known(machines.revision(spec)));
  };
  const id = machines.createMachine({ ...spec, userData: inTurn(turn) }, inside);
  if (!pulumi.runtime.isDryRun()) before = known(id);
  return id;
});

const pool = machines.pools.create(
  {
    ...{ name: "worker", count: 2, labels, taints: [], maxUnavailable: 1 },
    userData: inTurn(() => before, `${document}# ${JSON.stringify(labels)}\n`),
    unlabelledUserData: document,
  },
  inside,
);

const follower = {
  report: (line: string): void => void pulumi.log.info(line),
  read: (console: string) => {
    const { step, log, failed } = readBootReport(console);
    return { said: [step, ...log].join("\n    "), failed };
  },
  timeoutSeconds: 300,
};
/** Known when the pool's machines are what the program says. */
export const settled = pool.apply(async (name) => {
  if (!pulumi.runtime.isDryRun()) await machines.pools.settled("worker", follower);
  return name;
});
export const endpoint = machines.endpoint.host;
