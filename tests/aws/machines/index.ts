import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

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
    controlPlane: { instanceType: "t3.medium", imageId },
    poolMachines: {
      worker: { instanceTypes: ["t3.large", "t3a.large"], imageId, max: 5, spot: { onDemandBase: 1 } },
    },
    machineFiles: config.requireObject("files"),
    deletionProtection: false,
  },
  { provider },
);

const files = pulumi.secret([{ path: "/etc/slipway/ca.key", content: "made up", permissions: "0600" }]);
machines.keepIdentity("control-plane", files);
machines.keepIdentity("worker", files);
const inside = { parent: machines };
const userData = `#cloud-config\nruncmd: [[echo, ${config.get("says") ?? "hello"}]]\n`;
export const controlPlanes = [0, 1, 2].map((index) =>
  machines.createMachine(
    { slot: { role: "control-plane", index }, cpus: 2, memoryMiB: 4096, userData },
    inside,
  ),
);
export const pool = machines.pools.create(
  { name: "worker", count: 2, labels: {}, taints: [], userData },
  inside,
);
export const endpoint = machines.endpoint.host;
