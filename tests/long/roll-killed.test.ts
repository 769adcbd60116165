// Nightly (`make test-clusters`): an hour. Or: SEEDS=1,2 npx jest --selectProjects long --testPathPatterns roll-killed
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";

import { DockerEvents } from "../support/docker-events";
import { KilledRuns, killOf, seedsOf } from "../support/killed-runs";
import { changeMachineImage, copyRepository, imageFileInMachine } from "../support/repository-copy";
import { order } from "../support/shop-load";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, membersOfEtcd, ordersMissing } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;
const seeds = seedsOf(10);

const machines = ["control-plane-0", "control-plane-1", "control-plane-2", "worker-0"];
const copy = copyRepository();
const environment = new TestEnvironment(
  {
    controlPlane: { count: 3, memory: "2Gi" },
    pools: [{ name: "worker", count: 1, memory: "2Gi" }],
  },
  copy,
);
const runs = new KilledRuns(environment);
const placed = randomUUID();

/** Seconds of a roll that nobody kills. */
let duration = 0;
let members: Awaited<ReturnType<typeof membersOfEtcd>>;
let images = 0;

/** Makes another image of the machines: one of two, so that each is built once. */
async function changeImage(): Promise<string> {
  const comment = `image ${(images++ % 2) + 1} of two`;
  changeMachineImage(copy, comment);
  await environment.succeedMake("setup");
  return comment;
}

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
  expect(await order(await environment.output("shopUrl"), randomUUID(), placed)).toBe(303);
  members = await membersOfEtcd(environment);
  await changeImage();
  duration = await runs.measured("up", "up");
  console.log(`environment ${environment.name}: a roll takes ${duration} s`);
}, minutes(30));

afterAll(async () => {
  await environment.destroy();
  rmSync(copy, { recursive: true });
}, minutes(5));

/** Everything arrived, and nothing was lost on the way. */
async function hasArrived(comment: string): Promise<void> {
  await isWell(environment, machines);
  for (const machine of machines) {
    expect(await environment.inMachine(machine, "cat", imageFileInMachine)).toContain(comment);
  }
  expect(await membersOfEtcd(environment)).toEqual(members);
  expect(await ordersMissing(environment, [placed])).toEqual([]);
  await changesNothing(environment);
}

it.each(seeds)(
  "a roll that is killed (seed %d) is gone on with by the next `up`, which makes no machine twice",
  async (seed) => {
    const comment = await changeImage();
    const events = new DockerEvents(environment);
    try {
      const how = killOf("roll", seed);
      const wasAlive = await runs.killDuring("up", "up", how, duration);
      const before = events.made;
      console.log(
        `seed ${seed}: killed after ${(how.moment * duration).toFixed(1)} s, alive ${wasAlive}, made ${before.join()}`,
      );
      await environment.succeedMake("up");
      const after = events.made.slice(before.length);
      // The one at which it was killed may be made again: its container may not have been started.
      const whole = before.slice(0, -1);
      expect(after.filter((machine) => whole.includes(machine))).toEqual([]);
      await hasArrived(comment);
    } finally {
      events.end();
    }
  },
  minutes(20),
);

it(
  "a roll that is told to end by SIGTERM ends within a minute, and is gone on with by the next `up`",
  async () => {
    const comment = await changeImage();
    const make = environment.startMake("up", { detached: true });
    const ended = new Promise<number>((resolve) =>
      make.once("exit", () => {
        resolve(Date.now());
      }),
    );
    const events = new DockerEvents(environment);
    while (events.made.length === 0) await new Promise((resolve) => setTimeout(resolve, 200));
    events.end();
    const told = Date.now();
    // As a terminal does at Ctrl-C, and a supervisor when it stops a service: all of it at once.
    process.kill(-(make.pid ?? 0), "SIGTERM");
    expect((await ended) - told).toBeLessThan(minutes(1));
    await environment.succeedMake("up");
    await hasArrived(comment);
  },
  minutes(20),
);
