import * as path from "node:path";

import { Moto } from "../support/aws/moto";
import { type Result, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const region = "eu-central-1";

/** The real components, engine and provider, on what answers like AWS' APIs. */
describe("what an environment has for its operation", () => {
  const environment = new TestEnvironment({}, path.join(__dirname, "operations"));
  let moto: Moto;

  const pulumi = (...args: string[]): Promise<Result> =>
    environment.pulumiWith(moto.variables, ...args, "--color", "never");

  const succeed = (...args: string[]): Promise<string> =>
    environment.succeedWith(moto.variables, ...args, "--color", "never");

  beforeAll(async () => {
    moto = await Moto.start();
    await environment.create();
  }, minutes(4));

  afterAll(async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--remove");
    await moto.stop();
    await environment.destroy();
  }, minutes(8));

  it(
    "comes up",
    async () => {
      expect(await succeed("up", "--yes", "--skip-preview")).toMatch(/\+ \d+ created/);
      expect(await moto.contents(region)).toEqual({
        "alias of a key": ["alias/slipway-test"],
        key: [expect.any(String)],
        repository: ["slipway/test/cart", "slipway/test/catalog"],
        bucket: [expect.stringMatching(/^test-backups-/)],
        "identity provider": [expect.stringContaining("token.actions.githubusercontent.com")],
        role: [expect.stringMatching(/^test-github-deploy-/), expect.stringMatching(/^test-github-preview-/)],
        policy: ["deploy-contents", "deploy-machines", "deploy-reads", "deploy-roles", "preview"].map(
          (suffix) => expect.stringMatching(new RegExp(`^test-github-${suffix}-`)) as string,
        ),
        topic: [expect.stringContaining(":test-alarms-")],
        alarm: ["control-plane-0-host", "control-plane-0-status", "default-machines", "endpoint"]
          .concat("etcd-0-slow", "etcd-0-stalled", "quorum")
          .map((suffix) => expect.stringMatching(new RegExp(`^test-alarms-${suffix}-`)) as string),
      });
    },
    minutes(10),
  );

  it(
    "changes nothing the second time",
    async () => {
      const output = await succeed("up", "--yes", "--skip-preview");
      expect(output).toMatch(/\d+ unchanged/);
      expect(output).not.toMatch(/updated|replaced|created/);
    },
    minutes(6),
  );

  it(
    "takes what is in the account as what it made",
    async () => {
      expect(await succeed("preview", "--refresh", "--expect-no-changes")).toMatch(/\d+ unchanged/);
    },
    minutes(6),
  );

  it(
    "leaves nothing",
    async () => {
      await succeed("destroy", "--yes", "--skip-preview");
      expect(await moto.contents(region)).toEqual({});
    },
    minutes(8),
  );

  it(
    "leaves the backups and their key, and nothing else, where they are to be kept",
    async () => {
      environment.configure({ keep: true });
      await succeed("up", "--yes", "--skip-preview");
      await succeed("destroy", "--yes", "--skip-preview");
      expect(await moto.contents(region)).toEqual({
        bucket: [expect.stringMatching(/^test-backups-/)],
        key: [expect.any(String)],
      });
    },
    minutes(15),
  );
});
