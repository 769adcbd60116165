// Nightly (`make test-clusters`): half an hour. Or: SEEDS=1,2 npx jest --selectProjects long --testPathPatterns kill
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";

import { dockerKind } from "../../toolchain/recover/names";
import { type Deployment, parseDeployment } from "../../toolchain/recover/deployment";
import { lookIntoDocker } from "../../toolchain/recover/docker";
import { isEnginesHelper, runningProcesses } from "../../toolchain/recover/processes";
import { KilledRuns, killOf, seedsOf } from "../support/killed-runs";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const seeds = seedsOf(10);
const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }] });
const runs = new KilledRuns(environment);

/** Wall seconds of a run that nobody kills, from the start of its engine. */
const duration = { up: 0, destroy: 0 };

const namesInState = ({ resources = [] }: Deployment): string[] =>
  resources
    .filter((each) => ["container", "volume", "network"].includes(dockerKind(each) ?? ""))
    .map(({ id = "" }) => id)
    .sort();

/** What Docker has of the environment, by the same ids that the state has. */
async function idsInDocker(): Promise<string[]> {
  const { containers, volumes, networks } = await lookIntoDocker();
  return [...containers, ...volumes, ...networks]
    .filter(({ name }) => name.startsWith(`slipway-${environment.name}`))
    .map(({ id }) => id)
    .sort();
}

async function expectConverged(): Promise<void> {
  const again = await environment.pulumi("up", "--yes", "--expect-no-changes");
  expect(again.failed ? again.output : "").toBe("");
  const exported = JSON.parse((await environment.pulumi("stack", "export")).output) as {
    deployment: unknown;
  };
  const deployment = parseDeployment(exported.deployment, "the exported state");
  expect(deployment.pending_operations ?? []).toEqual([]);
  expect(await idsInDocker()).toEqual(namesInState(deployment));
  expect(runningProcesses().filter((each) => runs.isOurs(each) && isEnginesHelper(each))).toEqual([]);
  const status = await eventually(
    30,
    async () => (await fetch(await environment.output("shopUrl"))).status,
    (code) => code === 200,
  );
  expect(status).toBe(200);
}

async function expectNothingLeft(): Promise<void> {
  expect(await idsInDocker()).toEqual([]);
  expect(existsSync(environment.directory)).toBe(false);
  const state = path.join(environment.directory, "..", "..", "pulumi", ".pulumi");
  const files = readdirSync(state, { recursive: true }).map(String);
  expect(files.filter((file) => /^(locks|stacks)[/].*(\.json|\.tmp)$/.test(file))).toEqual([]);
}

beforeAll(async () => {
  duration.up = await runs.measured("up", "up");
  duration.destroy = await runs.measured("down", "destroy");
  console.log(`environment ${environment.name}: up ${duration.up} s, destroy ${duration.destroy} s`);
}, minutes(15));

afterAll(async () => {
  if (!process.env.KEEP) await environment.make("down");
}, minutes(5));

describe.each(seeds)("seed %d", (seed) => {
  it(
    "an `up` from nothing that is killed converges when it is run again",
    async () => {
      const how = killOf("up", seed);
      const was = await runs.killDuring("up", "up", how, duration.up);
      console.log(
        `seed ${seed}: up killed after ${(how.moment * duration.up).toFixed(1)} s, alive ${was}`,
        how,
      );
      console.log(await environment.succeedMake("up"));
      await expectConverged();
    },
    minutes(15),
  );

  it(
    "a `destroy` that is killed leaves nothing when it is run again",
    async () => {
      const how = killOf("destroy", seed);
      const was = await runs.killDuring("down", "destroy", how, duration.destroy);
      console.log(
        `seed ${seed}: destroy killed after ${(how.moment * duration.destroy).toFixed(1)} s, alive ${was}`,
        how,
      );
      console.log(await environment.succeedMake("down"));
      await expectNothingLeft();
    },
    minutes(10),
  );
});
