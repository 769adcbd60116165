// Nightly (`make test-clusters`): 20 minutes where the images of three Kubernetes versions are there. Each takes a quarter of an
// hour to build.
import { type EtcdMember, nodesOf } from "../support/cluster-facts";
import { announced, type LoadedRoll, missingOrders, underLoad } from "../support/loaded-roll";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, madeAt, membersOfEtcd } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

const first = "1.35.4";
const settings = (kubernetesVersion: string): Record<string, unknown> => ({
  kubernetesVersion,
  controlPlane: { count: 3, memory: "2Gi" },
  pools: [{ name: "worker", count: 2, memory: "2Gi" }],
});
const controlPlanes = ["control-plane-0", "control-plane-1", "control-plane-2"];
const machines = [...controlPlanes, "worker-0", "worker-1"];
const environment = new TestEnvironment(settings(first));

beforeAll(async () => {
  await environment.succeedMake("up");
  await well();
}, minutes(60));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

const well = (): Promise<void> => isWell(environment, machines);

const versionOf = async (machine: string): Promise<string> =>
  (await environment.inMachine(machine, "kubelet", "--version")).replace("Kubernetes v", "");

it("begins with the version that its settings say", async () => {
  const nodes = await nodesOf(environment);
  expect(nodes.map(({ version }) => version)).toEqual(machines.map(() => first));
});

describe.each([
  { from: first, to: "1.36.3" },
  { from: "1.36.3", to: "1.37.2" },
])("an upgrade of Kubernetes $from to $to by an edited number, under load", ({ from, to }) => {
  let preview = "";
  let roll: LoadedRoll;
  let before: readonly EtcdMember[];

  beforeAll(async () => {
    before = await membersOfEtcd(environment);
    environment.configure(settings(to));
    await environment.succeedMake("setup");
    preview = await environment.succeedMake("preview");
    roll = await underLoad(environment, () => environment.succeedMake("up"));
    const { seconds, pages, writer, customer } = roll;
    const refused = customer.lost.filter(({ request }) => request === "checkout");
    console.log(
      `${from} to ${to}: ${seconds} s, ${pages.answered} pages answered, lost ${JSON.stringify(roll.lostPages)}, ` +
        `API writes ${writer.acknowledged.length}, failed ${JSON.stringify(writer.failed)}, ` +
        `orders ${customer.acknowledged.length}, refused ${refused.length}, ${roll.watch.samples} samples`,
    );
  }, minutes(60));

  it("says beforehand in which order the machines change, and keeps to it", () => {
    expect(announced(preview)).toEqual(expect.arrayContaining(machines));
    expect(preview).toContain(`${from} → ${to}`);
    const made = roll.events.filter(({ action }) => action === "create").map(({ machine }) => machine);
    expect(made).toEqual(announced(preview));
    expect(announced(roll.output)).toEqual(announced(preview));
  });

  it("brings the version to every machine, control planes first", async () => {
    const nodes = await nodesOf(environment);
    expect(nodes.map(({ name, version }) => [name, version])).toEqual(machines.map((name) => [name, to]));
    for (const machine of machines) expect(await versionOf(machine)).toBe(to);
    const times = await madeAt(environment, machines);
    expect(Math.max(...times.slice(0, 3))).toBeLessThan(Math.min(...times.slice(3)));
    const apiServer = await environment.kubectl("version", "-o", "json");
    expect(JSON.parse(apiServer)).toMatchObject({ serverVersion: { gitVersion: `v${to}` } });
  });

  it("keeps two voters of etcd, has one node away at most, and no kubelet above an API server", () => {
    expect(roll.watch.violations).toEqual([]);
    // Twice a second, and each look was one.
    expect(roll.watch.samples).toBeGreaterThan(roll.seconds);
  });

  it("has the same members of etcd after it", async () => {
    expect(before).toHaveLength(3);
    expect(await membersOfEtcd(environment)).toEqual(before);
  });

  it("fails at most one request of a client of the API for each control plane, and loses no write", async () => {
    expect(roll.writer.acknowledged.length).toBeGreaterThan(roll.seconds);
    expect(roll.writer.failed.length).toBeLessThanOrEqual(controlPlanes.length);
    expect(await roll.writer.missing()).toEqual([]);
  });

  it("loses no page, and no order that the shop has confirmed", async () => {
    expect(roll.lostPages).toEqual([]);
    expect(roll.customer.acknowledged.length).toBeGreaterThan(10);
    await well();
    expect(await missingOrders(environment, roll.customer)).toEqual([]);
  });

  it(
    "is over: every pod runs, and there is nothing to change any more",
    async () => {
      await well();
      await changesNothing(environment);
    },
    minutes(5),
  );
});
