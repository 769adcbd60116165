import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";

import type { MachineArchive } from "../../components/machines/aws";
import { GroupMachines } from "../support/aws/group-machines";
import { type AwsRequest, Moto } from "../support/aws/moto";
import { policyFindings } from "../support/aws/policy-findings";
import { eventually, type Result, TestEnvironment } from "../support/test-environment";

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
  let machines: GroupMachines;

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
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    machines = new GroupMachines(new AutoScalingClient({ region, endpoint: moto.url, credentials }));
    await environment.create();
  }, minutes(5));

  afterAll(async () => {
    await pulumi("destroy", "--yes", "--skip-preview", "--remove");
    await machines.stop().finally(() => moto.stop());
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
        secret: 3,
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

  /** What it settled on for the tests that follow. */
  const now: Record<string, unknown> = { ...settings };

  async function change(changes: object): Promise<void> {
    Object.assign(now, changes);
    environment.configure(now);
    moto.forgetRequests();
    await up();
  }

  const idsOf = async (): Promise<string[]> => {
    const ids = outputs(await state(), "aws:ec2/instance:Instance", "id");
    return [0, 1, 2].map((index) => {
      const [found] = Object.entries(ids).filter(([urn]) => urn.endsWith(`-control-plane-${index}`));
      return String(found?.[1]);
    });
  };

  const lastingOf = async (): Promise<unknown[]> => {
    const made = await state();
    return [
      outputs(made, "aws:ebs/volume:Volume", "id"),
      outputs(made, "aws:ec2/instance:Instance", "privateIp"),
    ];
  };

  /** What moto was asked of machines, in order, in a few words. */
  function steps(names: Readonly<Record<string, string>>): string[] {
    const about = ({ parameters }: AwsRequest): string => {
      const values = Object.values(parameters);
      const known = Object.entries(names).find(([id]) => values.includes(id))?.[1];
      return known ?? values.find((value) => /^test-control-plane-\d$/.test(value))?.slice(5) ?? "the pool";
    };
    const actions = ["StopInstances", "TerminateInstances", "RunInstances"];
    const ofPools = ["CreateLaunchTemplateVersion", "StartInstanceRefresh", "UpdateAutoScalingGroup"];
    const told = moto
      .requests()
      .filter(({ action }) => [...actions, ...ofPools].includes(action))
      .map((request) => `${request.action} ${about(request)}`);
    // What detaches a volume stops what has stopped.
    return told.filter((line, index) => line !== told[index - 1]);
  }

  const turnOf = (index: number): string[] => [
    `StopInstances control-plane-${index}`,
    `TerminateInstances control-plane-${index}`,
    `RunInstances control-plane-${index}`,
  ];

  it(
    "give way to others with the same volumes and addresses when their document changes, one by one, pools last",
    async () => {
      const [ids, lasting] = [await idsOf(), await lastingOf()];
      const { instance: oldInstances = [] } = await moto.contents(region);
      await change({ says: "goodbye" });
      expect(await lastingOf()).toEqual(lasting);
      const names = Object.fromEntries(ids.map((id, index) => [id, `control-plane-${index}`]));
      expect(steps(names)).toEqual([
        ...[0, 1, 2].flatMap(turnOf),
        "CreateLaunchTemplateVersion the pool",
        "StartInstanceRefresh the pool",
      ]);
      const { instance: instances = [] } = await moto.contents(region);
      expect(instances).toHaveLength(5);
      // Those of the pool too.
      expect(instances.filter((id) => oldInstances.includes(id))).toEqual([]);
    },
    minutes(8),
  );

  it(
    "are replaced, and not stopped together, when their type changes; the pool stays",
    async () => {
      const [ids, lasting] = [await idsOf(), await lastingOf()];
      const { instance: oldInstances = [] } = await moto.contents(region);
      await change({ instanceType: "t3.large" });
      expect(await lastingOf()).toEqual(lasting);
      const names = Object.fromEntries(ids.map((id, index) => [id, `control-plane-${index}`]));
      expect(steps(names)).toEqual([0, 1, 2].flatMap(turnOf));
      expect(Object.values(outputs(await state(), "aws:ec2/instance:Instance", "instanceType"))).toEqual(
        Array(3).fill("t3.large"),
      );
      const { instance: instances = [] } = await moto.contents(region);
      expect(instances.filter((id) => oldInstances.includes(id))).toHaveLength(2);
    },
    minutes(8),
  );

  it(
    "stay when a pool's labels change, which new machines have",
    async () => {
      const { instance: before } = await moto.contents(region);
      await change({ labels: { disk: "fast" } });
      expect((await moto.contents(region)).instance).toEqual(before);
      expect(steps({})).toEqual(["CreateLaunchTemplateVersion the pool", "UpdateAutoScalingGroup the pool"]);
    },
    minutes(5),
  );

  it(
    "of a pool stop being replaced at the first one that gives up, and the update says why",
    async () => {
      const { instance: before = [] } = await moto.contents(region);
      const lasting = await lastingOf();
      const seen = new Set<string>();
      machines.becomesReady = (id) => {
        seen.add(id);
        writeFileSync(moto.consoleFile(id), "slipway: step kubeadm join\nslipway: failed kubeadm join\n");
        return Promise.resolve(false);
      };
      environment.configure({ ...now, poolImage: "ami-03cf127a" });
      moto.forgetRequests();
      const { failed, output } = await pulumi("up", "--yes", "--skip-preview");
      expect(failed).toBe(true);
      expect(output).toMatch(/machine i-[0-9a-f]+ of pool worker failed at: kubeadm join/);
      expect([...seen]).toHaveLength(1);
      await eventually(
        60,
        async () => (await moto.contents(region)).instance,
        (ids = []) => ids.length === before.length,
      );
      expect((await moto.contents(region)).instance).toEqual(before);
      expect(await lastingOf()).toEqual(lasting);

      // It tries again, and stops again; what was before is there, and is taken as it is.
      expect((await pulumi("up", "--yes", "--skip-preview")).failed).toBe(true);
      expect([...seen]).toHaveLength(2);
      await eventually(
        60,
        async () => (await moto.contents(region)).instance,
        (ids = []) => ids.length === before.length,
      );
      machines.becomesReady = () => Promise.resolve(true);
      await change({});
      expect(moto.requests().filter(({ action }) => action === "StartInstanceRefresh")).toEqual([]);
      expect((await moto.contents(region)).instance).toEqual(before);
    },
    minutes(8),
  );

  it.each([
    ["by this program", false],
    ["by one that let nobody terminate it", true],
  ])(
    "give way to others when they are protected, made %s",
    async (_, old) => {
      await change({ protected: true, old, says: `before ${String(old)}` });
      const ids = await idsOf();
      const names = Object.fromEntries(ids.map((id, index) => [id, `control-plane-${index}`]));
      const terminated = await moto
        .call(["ec2", "2016-11-15"], "TerminateInstances", { "InstanceId.1": ids[0] ?? "" })
        .catch(String);
      expect(terminated).toContain("OperationNotPermitted");
      await change({ old: false, says: `after ${String(old)}` });
      expect(steps(names).slice(0, 9)).toEqual([0, 1, 2].flatMap(turnOf));
      expect((await idsOf()).filter((id) => ids.includes(id))).toEqual([]);
      await change({ protected: false });
    },
    minutes(12),
  );

  it(
    "get a second load balancer when the API is public",
    async () => {
      environment.configure({ ...now, access: { kind: "public", allowedCidrs: ["203.0.113.0/24"] } });
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
