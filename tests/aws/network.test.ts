import * as path from "node:path";

import type { ExistingNetworkArgs } from "../../components/machines/aws/network";
import { Moto } from "../support/aws/moto";
import { policyFindings } from "../support/aws/policy-findings";
import { type Result, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const region = "eu-central-1";

/** The components of an AWS network in the real engine and provider, on what answers like AWS' APIs. */
describe("an environment's network on AWS", () => {
  const environment = new TestEnvironment({ natPerZone: false }, path.join(__dirname, "network"));
  let moto: Moto;

  const pulumi = (...args: string[]): Promise<Result> =>
    environment.pulumiWith(moto.variables, ...args, "--color", "never");

  const succeed = (...args: string[]): Promise<string> =>
    environment.succeedWith(moto.variables, ...args, "--color", "never");

  const up = (): Promise<string> => succeed("up", "--yes", "--skip-preview");
  const ids = async (output: string): Promise<ExistingNetworkArgs["privateSubnetIds"]> =>
    JSON.parse(await environment.output(output)) as ExistingNetworkArgs["privateSubnetIds"];
  /** How many there are of each kind. */
  async function counts(): Promise<Record<string, number>> {
    const contents = Object.entries(await moto.contents(region));
    return Object.fromEntries(contents.map(([kind, names]) => [kind, names.length]));
  }

  const withOneGateway = {
    vpc: 1,
    subnet: 9,
    "internet gateway": 1,
    "nat gateway": 1,
    address: 1,
    endpoint: 6,
    "security group": 1,
    "flow log": 1,
    "log group": 1,
    role: 1,
    key: 1,
  };

  beforeAll(async () => {
    moto = await Moto.start();
    await environment.create();
  }, minutes(5));

  afterAll(async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--remove");
    await moto.stop();
    await environment.destroy();
  }, minutes(5));

  it(
    "is previewed on an empty account without asking it for anything",
    async () => {
      await succeed("preview");
      expect(moto.requests().filter(({ service }) => service !== "sts")).toEqual([]);
    },
    minutes(3),
  );

  it(
    "comes up",
    async () => {
      await up();
      expect(await counts()).toMatchObject(withOneGateway);
    },
    minutes(8),
  );

  it(
    "changes nothing the second time",
    async () => {
      expect(await up()).not.toMatch(/updated|replaced|created|deleted/);
      expect(await succeed("preview", "--refresh", "--expect-no-changes")).toMatch(/\d+ unchanged/);
    },
    minutes(5),
  );

  it(
    "lets AWS do for its flow logs what actions and resources there are",
    async () => {
      const state = JSON.parse(await succeed("stack", "export")) as {
        deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
      };
      const documents = state.deployment.resources.flatMap(({ type, outputs }) =>
        type === "aws:iam/rolePolicy:RolePolicy" ? [JSON.parse(String(outputs?.policy)) as object] : [],
      );
      expect(documents).toHaveLength(1);
      expect(policyFindings(Object.fromEntries(documents.entries()))).toEqual({ 0: [] });
    },
    minutes(2),
  );

  it(
    "gets NAT gateways for the other zones without losing the first one",
    async () => {
      const before = await moto.contents(region);
      environment.configure({ natPerZone: true });
      const output = await up();
      expect(output).not.toMatch(/replaced|deleted/);
      const after = await moto.contents(region);
      expect(after["nat gateway"]).toEqual(expect.arrayContaining(before["nat gateway"] ?? []));
      expect(await counts()).toMatchObject({ ...withOneGateway, "nat gateway": 3, address: 3 });
    },
    minutes(6),
  );

  it(
    "is taken as one that exists, and is not changed by that",
    async () => {
      const existing: ExistingNetworkArgs = {
        vpcId: await environment.output("vpcId"),
        zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        privateSubnetIds: await ids("privateSubnetIds"),
        publicSubnetIds: await ids("publicSubnetIds"),
        controlPlaneAddresses: ["10.20.0.10", "10.20.64.10", "10.20.128.10"],
      };
      environment.configure({ natPerZone: true, existing });
      const before = await counts();
      expect(await up()).not.toMatch(/replaced|deleted|updated/);
      expect(await counts()).toEqual(before);
      expect(await ids("takenCidrs")).toEqual(["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18"]);

      const [first, second, third] = existing.privateSubnetIds;
      const wrong = { ...existing, privateSubnetIds: [second, first, third] };
      environment.configure({ natPerZone: true, existing: wrong });
      const { output, failed } = await pulumi("preview");
      expect(failed).toBe(true);
      expect(output).toContain("the existing network will not do: ");
      expect(output).toContain(`${second} is in the zone eu-central-1b; name one in eu-central-1a`);
      environment.configure({ natPerZone: true });
    },
    minutes(6),
  );

  it(
    "leaves nothing",
    async () => {
      await succeed("destroy", "--yes", "--skip-preview");
      expect(await moto.contents(region)).toEqual({});
    },
    minutes(6),
  );
});
