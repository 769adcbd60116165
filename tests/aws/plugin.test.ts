import * as path from "node:path";

import { Moto } from "../support/aws/moto";
import { type Result, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const region = "eu-central-1";

/** The plugin that we build, in the real engine, on what answers like AWS' APIs. */
describe("a program of most resource types", () => {
  const environment = new TestEnvironment(
    { instanceType: "m5.large", desired: 2 },
    path.join(__dirname, "plugin"),
  );
  let moto: Moto;

  const pulumi = (...args: string[]): Promise<Result> =>
    environment.pulumiWith(moto.variables, ...args, "--color", "never");

  const succeed = (...args: string[]): Promise<string> =>
    environment.succeedWith(moto.variables, ...args, "--color", "never");

  const up = (): Promise<string> => succeed("up", "--yes", "--skip-preview");

  beforeAll(async () => {
    moto = await Moto.start();
    await environment.create();
  }, minutes(2));

  afterAll(async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--remove");
    await moto.stop();
    await environment.destroy();
  }, minutes(5));

  it(
    "asks of an empty account only what it looks up",
    async () => {
      await succeed("preview");
      const actions = moto.requests().map(({ service, action }) => `${service} ${action}`);
      expect(actions.filter((action) => !/ (Get|Describe|List)/.test(action))).toEqual([]);
      expect(actions).toContain("ec2 DescribeAvailabilityZones");
    },
    minutes(3),
  );

  it(
    "comes up",
    async () => {
      const output = await up();
      expect(output).toMatch(/\+ \d+ created/);
      expect(await moto.contents(region)).toMatchObject({
        vpc: [expect.stringMatching(/^vpc-/)],
        "auto-scaling group": [expect.stringMatching(/^pool-/)],
        bucket: [expect.stringMatching(/^backups-/)],
        "load balancer": [expect.stringMatching(/^endpoint-/)],
        secret: [expect.stringMatching(/^identity-/)],
      });
    },
    minutes(6),
  );

  it(
    "changes nothing the second time",
    async () => {
      const output = await up();
      expect(output).toMatch(/\d+ unchanged/);
      expect(output).not.toMatch(/updated|replaced|created/);
    },
    minutes(3),
  );

  it(
    "takes what is in the account as what it made",
    async () => {
      expect(await succeed("preview", "--refresh", "--expect-no-changes")).toMatch(/\d+ unchanged/);
    },
    minutes(3),
  );

  it(
    "changes a pool's size and a machine's type in place",
    async () => {
      environment.configure({ instanceType: "m5.xlarge", desired: 3 });
      const machine = await environment.output("machine");
      const output = await up();
      expect(output).toMatch(/updated/);
      expect(output).not.toMatch(/replaced|created|deleted/);
      expect(await environment.output("poolSize")).toBe("3");
      expect(await environment.output("machine")).toBe(machine);
    },
    minutes(4),
  );

  it(
    "leaves nothing",
    async () => {
      await succeed("destroy", "--yes", "--skip-preview");
      expect(await moto.contents(region)).toEqual({});
    },
    minutes(5),
  );
});
