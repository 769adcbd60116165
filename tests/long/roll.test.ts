// Nightly (`make test-clusters`): 15 minutes. tests/e2e/roll.test.ts has the shortest roll.
import { rmSync } from "node:fs";

import { imagesPulled, imagesRun } from "../support/cluster-facts";
import { announced, type LoadedRoll, missingOrders, underLoad } from "../support/loaded-roll";
import { changeMachineImage, copyRepository, imageFileInMachine } from "../support/repository-copy";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, membersOfEtcd } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

describe.each([
  { controlPlanes: ["control-plane-0"], workers: ["worker-0", "worker-1"] },
  {
    controlPlanes: ["control-plane-0", "control-plane-1", "control-plane-2"],
    workers: ["worker-0", "worker-1"],
  },
])("a changed machine image, where there are $controlPlanes and $workers", ({ controlPlanes, workers }) => {
  const machines = [...controlPlanes, ...workers];
  const copy = copyRepository();
  const environment = new TestEnvironment(
    {
      controlPlane: { count: controlPlanes.length, memory: "2Gi" },
      pools: [{ name: "worker", count: workers.length, memory: "2Gi" }],
    },
    copy,
  );
  let begin: Date;
  let roll: LoadedRoll;
  let members: Awaited<ReturnType<typeof membersOfEtcd>>;

  beforeAll(async () => {
    await environment.succeedMake("up");
    await isWell(environment, machines);
    members = await membersOfEtcd(environment);
    changeMachineImage(copy, `with ${controlPlanes.length} control planes`);
    await environment.succeedMake("setup");
    begin = new Date();
    roll = await underLoad(environment, () => environment.succeedMake("up"));
    const { seconds, lostPages, writer, customer } = roll;
    console.log(
      `${machines.length} machines in ${seconds} s, lost pages ${JSON.stringify(lostPages)}, writes ` +
        `${writer.acknowledged.length}, failed ${writer.failed.length}, longest gap ${writer.longestGap} s, orders ` +
        `${customer.acknowledged.length}, lost ${JSON.stringify(customer.lost.slice(0, 5))}`,
    );
  }, minutes(25));

  afterAll(async () => {
    await environment.destroy();
    rmSync(copy, { recursive: true });
  }, minutes(5));

  it("is in every machine, each of which was made once, in the order that was said", async () => {
    const made = roll.events.filter(({ action }) => action === "create").map(({ machine }) => machine);
    expect([...made].sort()).toEqual([...machines].sort());
    expect(made).toEqual(announced(roll.output));
    expect(made.slice(0, controlPlanes.length).sort()).toEqual(controlPlanes);
    for (const machine of machines) {
      expect(await environment.inMachine(machine, "cat", imageFileInMachine)).toContain("changed by a test");
    }
  });

  it("leaves every pod running, from images that each worker has pulled anew", async () => {
    await isWell(environment, machines);
    for (const worker of workers) {
      const images = await imagesRun(environment, worker);
      expect(await imagesPulled(environment, worker, begin)).toEqual(expect.arrayContaining(images));
    }
    const pulled = await Promise.all(workers.map((worker) => imagesPulled(environment, worker, begin)));
    expect(pulled.flat().length).toBeGreaterThan(3);
  }, 600_000);

  it("has one machine away at most, and the members of etcd that it had", async () => {
    // A single control plane is away as a voter while it is replaced: nobody can have its place.
    expect(roll.watch.violations).toEqual([]);
    expect(await membersOfEtcd(environment)).toEqual(members);
  });

  it("loses no page, no confirmed order and no acknowledged write", async () => {
    expect(roll.lostPages).toEqual([]);
    expect(roll.customer.acknowledged.length).toBeGreaterThan(10);
    expect(await missingOrders(environment, roll.customer)).toEqual([]);
    expect(roll.writer.acknowledged.length).toBeGreaterThan(10);
    expect(await roll.writer.missing()).toEqual([]);
  });

  it("leaves nothing to change", () => changesNothing(environment), minutes(5));
});
