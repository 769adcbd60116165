import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";

import { containerFacts, imagesPulled, imagesRun } from "../support/cluster-facts";
import { killMachines } from "../support/killed-machines";
import { LiveMachine } from "../support/live-machine";
import {
  changeApiServerArgument,
  changeMachineImage,
  copyRepository,
  imageFileInMachine,
} from "../support/repository-copy";
import { order, ShopLoad } from "../support/shop-load";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, madeAt, ordersMissing } from "../support/whole-environment";

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
  await well();
  expect(await order(url, randomUUID(), placed)).toBe(303);
}, minutes(10));

afterAll(async () => {
  await environment.destroy();
  rmSync(copy, { recursive: true });
}, minutes(5));

const well = (): Promise<void> => isWell(environment, machines);

async function hasOrders(ids: readonly string[]): Promise<void> {
  expect(await ordersMissing(environment, ids)).toEqual([]);
}

describe("machines that are killed, all at once", () => {
  it(
    "come back without a hand, with their data",
    async () => {
      await killMachines(environment, machines);
      await well();
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
      await well();
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
    const [controlPlane = 0, worker = 0] = await madeAt(environment, machines);
    expect(controlPlane).toBeGreaterThan(begin.getTime());
    expect(worker).toBeGreaterThan(controlPlane);
    const isReady = output.indexOf("control-plane-0: node is ready");
    expect(isReady).toBeGreaterThan(-1);
    expect(output.indexOf("worker-0: stopping")).toBeGreaterThan(isReady);
    // It is the only one: evicted, its pods would wait for it, and those that a budget protects would never go.
    expect(output).toContain("worker-0: no other node takes its pods");
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

  it("is there for good: `up` has nothing to change any more", () => changesNothing(environment), minutes(3));
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
      await well();
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
      await well();
      await hasOrders([placed]);
      await changesNothing(environment);
    },
    minutes(6),
  );
});
