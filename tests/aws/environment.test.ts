import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";

import { CreateVolumeCommand, DeleteVolumeCommand, EC2Client } from "@aws-sdk/client-ec2";

import { review } from "../../review/review";
import { Moto } from "../support/aws/moto";
import { stackSettings } from "../support/aws/stack-settings";
import { TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const region = "eu-central-1";
const halfProgram = path.join(__dirname, "environment");
const repository = path.join(__dirname, "..", "..");

let moto: Moto;

beforeAll(async () => {
  moto = await Moto.start();
}, minutes(2));

afterAll(async () => {
  await moto.stop();
}, minutes(1));

const succeed = (environment: TestEnvironment, ...args: string[]): Promise<string> =>
  environment.succeedWith(moto.variables, ...args, "--color", "never");

interface Step {
  readonly urn: string;
  readonly op: string;
  readonly newState?: {
    readonly type: string;
    readonly dependencies?: readonly string[];
    readonly parent?: string;
  };
}

/** All that has to be there before a resource is made, by what the engine is told. */
function before(urn: string, steps: readonly Step[], found = new Set<string>()): Set<string> {
  const { dependencies = [], parent } = steps.find((step) => step.urn === urn)?.newState ?? {};
  for (const each of [...dependencies, ...(parent ? [parent] : [])]) {
    if (!found.has(each)) before(each, steps, found.add(each));
  }
  return found;
}

const machineTypes = ["aws:ec2/instance:Instance", "aws:autoscaling/group:Group"];

describe.each([
  ["prod", 5],
  ["staging", 2],
] as const)("%s as it is committed, previewed on an empty account", (stack, machineCount) => {
  const environment = new TestEnvironment(stackSettings(stack));
  let steps: readonly Step[];

  beforeAll(async () => {
    await environment.create();
    moto.forgetRequests();
    const { output, failed } = await environment.pulumiWith(moto.variables, "preview", "--json");
    if (failed) throw new Error(output);
    ({ steps } = JSON.parse(output.slice(output.indexOf("{"))) as { steps: Step[] });
  }, minutes(10));

  afterAll(async () => {
    await environment.destroy();
  }, minutes(5));

  it("would create everything", () => {
    expect(steps.length).toBeGreaterThan(250);
    expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["create"]));
  });

  it("asks AWS for nothing but look-ups", () => {
    const requests = moto.requests();
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.filter(({ action }) => !/^(Describe|Get|List)/.test(action))).toEqual([]);
  });

  it("has no machine that waits for another one", () => {
    const machines = steps
      .filter(({ newState }) => machineTypes.includes(newState?.type ?? ""))
      .map(({ urn }) => urn);
    expect(machines).toHaveLength(machineCount);
    for (const machine of machines) {
      const waitedFor = before(machine, steps);
      expect(waitedFor.size).toBeGreaterThan(10);
      expect(machines.filter((other) => waitedFor.has(other))).toEqual([]);
    }
  });

  it("has the ingress' load balancer go before the controller that deletes it", () => {
    const [ingress] = steps.filter(({ urn }) =>
      urn.endsWith(`Service::${environment.name}-platform-ingress`),
    );
    const clouds = steps.filter(({ urn }) =>
      urn.includes("CloudControllerManager$kubernetes:apps/v1:DaemonSet::"),
    );
    expect(clouds).toHaveLength(1);
    const waitedFor = before(ingress?.urn ?? "", steps);
    expect(clouds.filter(({ urn }) => !waitedFor.has(urn))).toEqual([]);
  });

  it(
    "breaks no policy",
    async () => {
      const variables = { ...environment.pulumiVariables, ...moto.variables };
      const { findings, preview, cost } = await review(environment.name, [], { variables });
      expect(preview.errors).toEqual([]);
      expect(findings).toEqual([]);
      expect(cost.after).toBeGreaterThan(100);
    },
    minutes(10),
  );
});

/** The stack's own settings; what has to be otherwise is said. */
describe.each(["staging", "prod"] as const)("the AWS half of %s", (stack) => {
  const settings = stackSettings(stack);
  const environment = new TestEnvironment(settings, halfProgram);
  const up = (): Promise<string> => succeed(environment, "up", "--yes", "--skip-preview");

  beforeAll(async () => {
    await environment.create();
  }, minutes(5));

  afterAll(async () => {
    await environment.pulumiWith(moto.variables, "destroy", "--yes", "--skip-preview", "--remove");
    await environment.destroy();
  }, minutes(15));

  it(
    "comes up",
    async () => {
      await up();
      const contents = Object.entries(await moto.contents(region));
      const counts = Object.fromEntries(contents.map(([kind, names]) => [kind, names.length]));
      expect(counts).toMatchObject(
        stack === "prod"
          ? {
              instance: 3 + 3 + 1,
              "load balancer": 1,
              "auto-scaling group": 2,
              "nat gateway": 3,
              secret: 3,
              bucket: 2,
              object: 1,
            }
          : {
              instance: 1 + 2,
              "load balancer": 1,
              "auto-scaling group": 1,
              "nat gateway": 1,
              secret: 3,
              bucket: 2,
              object: 1,
            },
      );
    },
    minutes(15),
  );

  it(
    "changes nothing the second time",
    async () => {
      expect(await up()).not.toMatch(/updated|replaced|created|deleted/);
    },
    minutes(10),
  );

  if (stack === "prod") {
    it(
      "is not destroyed while it is protected",
      async () => {
        const had = await moto.contents(region);
        const { output, failed } = await environment.pulumiWith(
          moto.variables,
          "destroy",
          "--yes",
          "--skip-preview",
        );
        expect(failed).toBe(true);
        expect(output).toContain("protected");
        expect(await moto.contents(region)).toEqual(had);
      },
      minutes(10),
    );
  }

  it(
    "leaves nothing behind when it is destroyed, and is not protected",
    async () => {
      if (stack === "prod") {
        environment.configure({ ...settings, aws: { ...settings.aws, deletionProtection: false } });
        await up();
      }
      await succeed(environment, "destroy", "--yes", "--skip-preview");
      expect(Object.values(await moto.contents(region)).flat()).toEqual([]);
    },
    minutes(20),
  );

  it("lists volumes that claims had made and that stay", async () => {
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    const ec2 = new EC2Client({ region, endpoint: moto.url, credentials });
    const tags = {
      "slipway.environment": environment.name,
      "kubernetes.io/created-for/pvc/namespace": "shop",
      "kubernetes.io/created-for/pvc/name": "data-orders-db-0",
    };
    const { VolumeId = "" } = await ec2.send(
      new CreateVolumeCommand({
        ...{ AvailabilityZone: `${region}a`, Size: 20 },
        TagSpecifications: [
          { ResourceType: "volume", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
        ],
      }),
    );
    const kept = async (): Promise<string> => {
      const args = ["--import", "tsx", "toolchain/kept/kept.ts", environment.name, "after-down"];
      const env = { ...environment.pulumiVariables, ...moto.variables };
      return (await promisify(execFile)("node", args, { cwd: repository, env })).stdout;
    };
    expect(await kept()).toContain(`  shop/data-orders-db-0  ${VolumeId}  20 GiB\n`);
    await ec2.send(new DeleteVolumeCommand({ VolumeId }));
    expect(await kept()).toBe("");
  });
});
