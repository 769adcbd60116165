// Nightly (`make test-clusters`): 10 minutes where both trees' programs and images are there; the older one's take an hour.
import { rmSync } from "node:fs";

import { containerFacts, nodesOf } from "../support/cluster-facts";
import { copyOfCommit } from "../support/repository-copy";
import { ShopLoad } from "../support/shop-load";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, ordersMissing } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

/** The last one before machines rolled in order: its environments have none of what that begins with. */
const commit = "1537c6173c9fc8c9a820f241600969297c1c273f";
const repository = `${__dirname}/../..`;
const older = copyOfCommit(commit);
if (older === undefined) console.log(`not run: this clone does not have the commit ${commit}`);

const machines = ["control-plane-0", "worker-0", "worker-1"];

(older === undefined ? describe.skip : describe)("an environment that an older tree has made", () => {
  const environment = new TestEnvironment({ pools: [{ name: "worker", count: 2 }] }, older);
  let load: ShopLoad;
  let before: string[];

  const ids = async (): Promise<string[]> =>
    (await Promise.all(machines.map((machine) => containerFacts(environment, machine)))).map(({ id }) => id);

  beforeAll(async () => {
    await environment.succeedMake("up");
    await isWell(environment, machines);
    before = await ids();
    environment.continueWith(repository);
    await environment.succeedMake("setup");
    load = new ShopLoad(await environment.output("shopUrl"), 4);
    load.start();
    try {
      await environment.succeedMake("up");
    } finally {
      await load.stop();
    }
  }, minutes(120));

  afterAll(async () => {
    await environment.destroy();
    if (older !== undefined) rmSync(older, { recursive: true });
  }, minutes(5));

  it("is brought up by this one, and is well", async () => {
    await isWell(environment, machines);
    // Had no machine been made anew, this would have shown nothing.
    const now = await ids();
    expect(now.filter((id) => before.includes(id))).toEqual([]);
    expect((await nodesOf(environment)).map(({ name }) => name)).toEqual(machines);
  }, 600_000);

  it("has every order that its shop has confirmed", async () => {
    expect(load.acknowledged.length).toBeGreaterThan(10);
    expect(await ordersMissing(environment, load.acknowledged)).toEqual([]);
  });

  it("has nothing to change any more", () => changesNothing(environment), minutes(5));
});
