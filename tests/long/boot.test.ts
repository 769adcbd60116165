// Nightly (`make test-clusters`): 15 minutes. What a machine finds when it boots, where that is neither nothing nor all of it.
import { etcdctl, etcdCredentials, etcdMembers, type EtcdMember, nodesOf } from "../support/cluster-facts";
import { killMachines } from "../support/killed-machines";
import { eventually, TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, membersOfEtcd } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

const controlPlanes = ["control-plane-0", "control-plane-1", "control-plane-2"];

describe("three control planes, of which the cluster has lost something", () => {
  const machines = [...controlPlanes, "worker-0"];
  const environment = new TestEnvironment({
    controlPlane: { count: 3, memory: "2Gi" },
    pools: [{ name: "worker", count: 1, memory: "2Gi" }],
  });
  let before: readonly EtcdMember[];
  let marker = 0;

  beforeAll(async () => {
    await environment.succeedMake("up");
    await isWell(environment, machines);
  }, minutes(15));

  afterAll(async () => {
    await environment.destroy();
  }, minutes(5));

  beforeEach(async () => {
    before = await membersOfEtcd(environment);
    marker += 1;
    await environment.kubectl("create", "configmap", `marker-${marker}`);
  });

  /** Containers that are gone from Docker, and their disks too. */
  async function lose(names: readonly string[], { disks = false } = {}): Promise<void> {
    await environment.docker(["container", "rm", "--force"], ...names);
    if (disks) await environment.docker(["volume", "rm"], ...names);
  }

  async function removeMember(name: string): Promise<void> {
    const member = before.find((each) => each.name === name);
    if (!member) throw new Error(`${name} is no member of etcd`);
    await etcdctl(environment, "member", "remove", BigInt(member.id).toString(16));
  }

  const idOf = (members: readonly EtcdMember[], name: string): string | undefined =>
    members.find((member) => member.name === name)?.id;

  /** The cluster is whole, it is the one of before, and `up` says the same. */
  async function isTheSameCluster({ except }: { except?: string } = {}): Promise<void> {
    await isWell(environment, machines);
    const members = await eventually(
      60,
      () => membersOfEtcd(environment),
      (found) => found.length === 3 && found.every(({ votes }) => votes),
    );
    expect(members.map(({ name }) => name)).toEqual(controlPlanes);
    const same = controlPlanes.filter((name) => idOf(members, name) === idOf(before, name));
    expect(same).toEqual(controlPlanes.filter((name) => name !== except));
    const markers = await environment.kubectl("get", "configmap", "-o", "name");
    for (let each = 1; each <= marker; each++) expect(markers).toContain(`configmap/marker-${each}`);
    await changesNothing(environment);
  }

  /** What etcd on a machine has written since it last began. */
  async function logOfEtcd(machine: string): Promise<string> {
    const newest = "ls -t /var/log/pods/kube-system_etcd-*/etcd/*.log | head -n 1";
    return await environment.inMachine(machine, "sh", "-c", `cat "$(${newest})"`);
  }

  // The first of all: etcd forgets what its log began with some hours later.
  it(
    "knows no other members after a restart than there are, though two joined at the same time",
    async () => {
      await environment.docker(["container", "restart", "--time", "30"], "control-plane-2");
      await isTheSameCluster();
      const peers = (await logOfEtcd("control-plane-2")).match(
        /"added remote peer".*?"remote-peer-id":"\w+"/g,
      );
      expect(peers).toHaveLength(2);
      for (const machine of controlPlanes) {
        expect(await logOfEtcd(machine)).not.toMatch(/ID mismatch|Validation on configuration change failed/);
      }
    },
    minutes(10),
  );

  it.each([
    ["control-plane-1", "control-plane-2"],
    ["control-plane-0", "control-plane-1"],
  ])(
    "has all of it again when %s and %s were lost and their disks were not",
    async (...lost) => {
      await lose(lost);
      await environment.succeedMake("up");
      await isTheSameCluster();
    },
    minutes(15),
  );

  it.each(["control-plane-1", "control-plane-0"])(
    "takes %s, which lost its disk, for a new member",
    async (lost) => {
      await lose([lost], { disks: true });
      await environment.succeedMake("up");
      await isTheSameCluster({ except: lost });
    },
    minutes(15),
  );

  it(
    "takes one whose member was removed while it was off for a new member, without a hand",
    async () => {
      await environment.docker(["container", "stop", "--time", "30"], "control-plane-2");
      await removeMember("control-plane-2");
      await environment.docker(["container", "start"], "control-plane-2");
      await eventually(
        300,
        () => membersOfEtcd(environment).catch(() => []),
        (members) => members.filter(({ votes }) => votes).length === 3,
      );
      await isTheSameCluster({ except: "control-plane-2" });
    },
    minutes(15),
  );

  it(
    "lets one vote whose join was cut off when it was a learner still",
    async () => {
      const node = (await nodesOf(environment)).find(({ name }) => name === "control-plane-1");
      await lose(["control-plane-1"], { disks: true });
      await removeMember("control-plane-1");
      await etcdctl(
        environment,
        ...["member", "add", "control-plane-1", "--learner", `--peer-urls=https://${node?.address}:2380`],
      );
      await environment.succeedMake("up");
      await isTheSameCluster({ except: "control-plane-1" });
    },
    minutes(15),
  );
});

describe("a first boot that is killed half-way", () => {
  const machines = ["control-plane-0", "worker-0"];
  const environment = new TestEnvironment({
    controlPlane: { count: 1, memory: "2Gi" },
    pools: [{ name: "worker", count: 1, memory: "2Gi" }],
  });

  afterAll(async () => {
    await environment.destroy();
  }, minutes(5));

  const consoleSays = (machine: string, line: string): Promise<string> =>
    eventually(
      300,
      () => environment.docker(["logs"], machine).catch(() => ""),
      (said) => said.includes(line),
    );

  it(
    "goes on by itself, and `make up` waits for it",
    async () => {
      const up = environment.make("up");
      await consoleSays("control-plane-0", "slipway: step kubeadm init, attempt 1");
      // etcd runs, and the API server may.
      await eventually(
        300,
        () => environment.inMachine("control-plane-0", "ls", "/var/lib/etcd").catch(() => ""),
        (files) => files.includes("member"),
      );
      await killMachines(environment, ["control-plane-0"]);
      await consoleSays("worker-0", "slipway: step waiting for the API");
      await killMachines(environment, ["worker-0"]);
      const { output, failed } = await up;
      expect(failed ? output : "").toBe("");
      await isWell(environment, machines);
      await changesNothing(environment);
    },
    minutes(15),
  );

  it("has one member of etcd, its own", async () => {
    const [controlPlane] = await nodesOf(environment);
    const credentials = await etcdCredentials(environment, "control-plane-0");
    const members = await etcdMembers(controlPlane?.address ?? "", credentials);
    expect(members?.map(({ name, votes }) => ({ name, votes }))).toEqual([
      { name: "control-plane-0", votes: true },
    ]);
  });
});
