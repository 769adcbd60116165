import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";

import { containerFacts, imagesPulled, imagesRun, nodesOf, troubledPods } from "../support/cluster-facts";
import { killMachines } from "../support/killed-machines";
import { LiveMachine } from "../support/live-machine";
import {
  changeApiServerArgument,
  changeMachineImage,
  copyRepository,
  imageFileInMachine,
} from "../support/repository-copy";
import { askDatabase, order, ShopLoad } from "../support/shop-load";
import { eventually, TestEnvironment } from "../support/test-environment";

/**
 * The shortest honest roll: one control plane and one worker with the shop on them, brought up from a copy of the repository
 * that is then edited. tests/long/roll.test.ts, upgrade.test.ts and others that are too long for every change have the rest.
 */
const copy = copyRepository();
const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }] }, copy);
const machines = ["control-plane-0", "worker-0"];
const minutes = (count: number): number => count * 60_000;
const placed = randomUUID();

let url = "";

beforeAll(async () => {
  await environment.succeedMake("up");
  url = await environment.output("shopUrl");
  await isWell();
  expect(await order(url, randomUUID(), placed)).toBe(303);
}, minutes(10));

afterAll(async () => {
  await environment.destroy();
  rmSync(copy, { recursive: true });
}, minutes(5));

/** Waits until every node is ready, every pod runs and the shop answers. */
async function isWell(): Promise<void> {
  await eventually(
    120,
    () => nodesOf(environment).catch(() => []),
    (nodes) => nodes.length === 2 && nodes.every(({ isReady, isCordoned }) => isReady && !isCordoned),
  );
  await eventually(
    120,
    () => troubledPods(environment).catch((error: unknown) => [String(error)]),
    (troubled) => troubled.length === 0,
  );
  await eventually(
    60,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
}

async function hasOrders(ids: readonly string[]): Promise<void> {
  const rows = await eventually(
    60,
    () => askDatabase(environment, "SELECT id FROM orders").catch((): string[] => []),
    (found) => found.length > 0,
  );
  expect(ids.filter((id) => !rows.includes(id))).toEqual([]);
}

async function changesNothing(): Promise<void> {
  const { output, failed } = await environment.pulumi("up", "--yes", "--expect-no-changes");
  expect(failed ? output : "").toBe("");
}

describe("machines that are killed, all at once", () => {
  it(
    "come back without a hand, with their data",
    async () => {
      await killMachines(environment, machines);
      await isWell();
      await hasOrders([placed]);
    },
    minutes(8),
  );
});

describe("a machine image that is changed by one line", () => {
  let output = "";
  let begin: Date;
  const load = { acknowledged: [] as string[] };

  beforeAll(async () => {
    changeMachineImage(copy, "one line more");
    await environment.succeedMake("setup");
    const orders = new ShopLoad(url, 4);
    orders.start();
    begin = new Date();
    try {
      output = await environment.succeedMake("up");
      await isWell();
    } finally {
      await orders.stop();
      load.acknowledged = orders.acknowledged;
    }
  }, minutes(12));

  it("is in every machine", async () => {
    for (const machine of machines) {
      expect(await environment.inMachine(machine, "cat", imageFileInMachine)).toContain("one line more");
    }
  });

  it("arrives on the worker when the control plane is there again", async () => {
    const [controlPlane, worker] = await Promise.all(
      machines.map((machine) => containerFacts(environment, machine)),
    );
    if (!controlPlane || !worker) throw new Error("a machine is not there");
    expect(controlPlane.created.getTime()).toBeGreaterThan(begin.getTime());
    expect(worker.created.getTime()).toBeGreaterThan(controlPlane.created.getTime());
    const isReady = output.indexOf("control-plane-0: node is ready");
    expect(isReady).toBeGreaterThan(-1);
    expect(output.indexOf("worker-0: draining")).toBeGreaterThan(isReady);
  });

  it("leaves the worker able to pull: it has pulled anew what its pods run", async () => {
    const images = await imagesRun(environment, "worker-0");
    expect(images.length).toBeGreaterThan(3);
    expect(await imagesPulled(environment, "worker-0", begin)).toEqual(expect.arrayContaining(images));
  });

  it("loses no order that the shop has confirmed, before it or meanwhile", async () => {
    expect(load.acknowledged.length).toBeGreaterThan(5);
    await hasOrders([placed, ...load.acknowledged]);
  });

  it("is there for good: `up` has nothing to change any more", changesNothing, minutes(3));
});

describe("an argument of the API server that is changed", () => {
  const controlPlane = new LiveMachine(environment, "control-plane-0");
  const days = async (): Promise<string | undefined> =>
    (await controlPlane.flagsOf("kube-apiserver"))["audit-log-maxage"];

  it(
    "is the argument of the process that runs, and no worker is touched for it",
    async () => {
      const [before, worker] = [await days(), await containerFacts(environment, "worker-0")];
      expect(before).toBe("30");
      changeApiServerArgument(copy, 31);
      await environment.succeedMake("up");
      expect(await days()).toBe("31");
      expect((await containerFacts(environment, "worker-0")).id).toBe(worker.id);
      await isWell();
      await hasOrders([placed]);
    },
    minutes(6),
  );
});

describe("a machine that is gone from Docker", () => {
  it(
    "is made anew by `make up`, over its own data",
    async () => {
      await environment.docker(["container", "rm", "--force"], "worker-0");
      expect(await environment.succeedMake("up")).toContain(
        "The machine worker-0 is gone from Docker: made anew",
      );
      await isWell();
      await hasOrders([placed]);
      await changesNothing();
    },
    minutes(6),
  );
});
