import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { MachineArchive } from "../../components/machines/aws";
import { Moto } from "../support/aws/moto";
import { policyFindings } from "../support/aws/policy-findings";
import { type Result, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const region = "eu-central-1";

interface Made {
  readonly urn: string;
  readonly type: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
}

interface State {
  readonly deployment: { readonly resources: readonly Made[] };
}

/** EC2 asks for one action on each resource that takes part: the other one's half stands in the statement beside. */
const halves = /^RESOURCE_MISMATCH: .*'ec2:AttachVolume'/;

const machineTypes = ["aws:ec2/instance:Instance", "aws:autoscaling/group:Group"];

/** An output of all resources of a type, by their names. */
function outputs({ deployment }: State, type: string, name: string): Record<string, unknown> {
  const found = deployment.resources.filter((each) => each.type === type);
  return Object.fromEntries(found.map((each) => [each.urn, each.outputs?.[name]]));
}

/** All that has to be there before a resource is made. */
function before(urn: string, resources: readonly Made[], found = new Set<string>()): Set<string> {
  const { dependencies = [] } = resources.find((each) => each.urn === urn) ?? {};
  for (const each of dependencies.filter((dependency) => !found.has(dependency))) {
    before(each, resources, found.add(each));
  }
  return found;
}

/** An environment's machines in the real engine and provider, on what answers like AWS' APIs. */
describe("machines on AWS", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-files-"));

  /** Files that machines are made of: longer than S3 takes at once. */
  function filesOf(byte: string): MachineArchive {
    const [archive, content] = [path.join(folder, byte), byte.repeat(9_000_000)];
    writeFileSync(archive, content);
    return { key: "0a5186d48e00-amd64", archive, sha256: createHash("sha256").update(content).digest("hex") };
  }

  const settings = { access: { kind: "internal" }, files: filesOf("a") };
  const environment = new TestEnvironment(settings, path.join(__dirname, "machines"));
  let moto: Moto;

  const pulumi = (...args: string[]): Promise<Result> =>
    environment.pulumiWith(moto.variables, ...args, "--color", "never");

  const succeed = (...args: string[]): Promise<string> =>
    environment.succeedWith(moto.variables, ...args, "--color", "never");

  const up = (): Promise<string> => succeed("up", "--yes", "--skip-preview");
  const state = async (): Promise<State> => JSON.parse(await succeed("stack", "export")) as State;

  /** How many there are of each kind. */
  async function counts(): Promise<Record<string, number>> {
    const contents = Object.entries(await moto.contents(region));
    return Object.fromEntries(contents.map(([kind, names]) => [kind, names.length]));
  }

  beforeAll(async () => {
    moto = await Moto.start();
    await environment.create();
  }, minutes(5));

  afterAll(async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--remove");
    await moto.stop();
    await environment.destroy();
    rmSync(folder, { recursive: true });
  }, minutes(8));

  it(
    "are previewed on an empty account without asking it for anything",
    async () => {
      await succeed("preview");
      expect(moto.requests().filter(({ service }) => service !== "sts")).toEqual([]);
    },
    minutes(3),
  );

  it(
    "come up: control planes with a volume each behind one load balancer, and a pool",
    async () => {
      await up();
      expect(await counts()).toMatchObject({
        // Three control planes, and the two that the pool begins with.
        instance: 5,
        "load balancer": 1,
        "target group": 1,
        "auto-scaling group": 1,
        secret: 2,
        "hosted zone": 1,
        bucket: 1,
      });
      expect(await moto.contents(region)).toMatchObject({
        object: [`${settings.files.key}/${settings.files.sha256}.tar.gz`],
      });
    },
    minutes(8),
  );

  it(
    "change nothing the second time",
    async () => {
      expect(await up()).not.toMatch(/updated|replaced|created|deleted/);
    },
    minutes(5),
  );

  it(
    "are not replaced when what they are made of has other bytes, which new ones are told of",
    async () => {
      const { instance: before = [] } = await moto.contents(region);
      const files = filesOf("b");
      environment.configure({ ...settings, files });
      await up();
      const { instance, object } = await moto.contents(region);
      expect(instance).toEqual(before);
      expect(object).toEqual([`${files.key}/${files.sha256}.tar.gz`]);
      environment.configure(settings);
      await up();
    },
    minutes(5),
  );

  it("wait for no other machine", async () => {
    const { resources } = (await state()).deployment;
    const machines = resources.filter(({ type }) => machineTypes.includes(type)).map(({ urn }) => urn);
    expect(machines).toHaveLength(4);
    for (const machine of machines) {
      const waitedFor = before(machine, resources);
      expect(waitedFor.size).toBeGreaterThan(5);
      expect(machines.filter((other) => waitedFor.has(other))).toEqual([]);
    }
  });

  it("have no key in their user data, and none in plain state", async () => {
    expect(JSON.stringify(await state())).not.toContain("made up");
  });

  it(
    "may do what actions and resources there are",
    async () => {
      const documents = (await state()).deployment.resources.flatMap(({ type, outputs }) =>
        type === "aws:iam/rolePolicy:RolePolicy" ? [JSON.parse(String(outputs?.policy)) as object] : [],
      );
      // Control planes, workers, and the network's flow logs.
      expect(documents).toHaveLength(3);
      const findings = policyFindings(Object.fromEntries(documents.map((each, index) => [index, each])));
      const found = Object.values(findings).flat();
      expect(found.filter((finding) => !halves.test(finding))).toEqual([]);
      expect(found).toHaveLength(2);
    },
    minutes(2),
  );

  it(
    "give way to others with the same volumes and addresses when their document changes",
    async () => {
      const old = await state();
      const { instance: oldInstances = [] } = await moto.contents(region);
      environment.configure({ ...settings, says: "goodbye" });
      await up();
      const now = await state();
      expect(outputs(now, "aws:ebs/volume:Volume", "id")).toEqual(
        outputs(old, "aws:ebs/volume:Volume", "id"),
      );
      const addresses = [old, now].map((each) => outputs(each, "aws:ec2/instance:Instance", "privateIp"));
      expect(Object.values(addresses[0] ?? {})).toHaveLength(3);
      expect(addresses[1]).toEqual(addresses[0]);
      const { instance: instances = [] } = await moto.contents(region);
      expect(instances).toHaveLength(5);
      // Those of the pool too, by an instance refresh.
      expect(instances.filter((id) => oldInstances.includes(id))).toEqual([]);
    },
    minutes(8),
  );

  it(
    "get a second load balancer when the API is public",
    async () => {
      environment.configure({
        ...settings,
        access: { kind: "public", allowedCidrs: ["203.0.113.0/24"] },
        says: "goodbye",
      });
      expect(await up()).not.toMatch(/replaced|deleted/);
      expect(await counts()).toMatchObject({ "load balancer": 2, "target group": 2 });
    },
    minutes(8),
  );

  it(
    "are gone after a destroy, with all that they had",
    async () => {
      await succeed("destroy", "--yes", "--skip-preview");
      expect(Object.values(await moto.contents(region)).flat()).toEqual([]);
    },
    minutes(8),
  );
});
