import { execFile, spawn } from "node:child_process";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Moto } from "../support/aws/moto";
import { stackSettings } from "../support/aws/stack-settings";
import { TestEnvironment } from "../support/test-environment";

const run = promisify(execFile);
const minutes = (count: number): number => count * 60_000;
const region = "eu-central-1";
const repository = path.join(__dirname, "..", "..");
const program = path.join(__dirname, "environment");

let moto: Moto;
/** Another one for each test: moto never forgets the tags of what is gone. */
let environment: TestEnvironment;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  moto = await Moto.start();
  environment = new TestEnvironment(stackSettings("staging"), program);
  env = { ...environment.pulumiVariables, ...moto.variables };
  await environment.create();
}, minutes(2));

afterEach(async () => {
  try {
    await environment.pulumiWith(moto.variables, "destroy", "--yes", "--skip-preview", "--remove");
    await environment.destroy();
  } finally {
    await moto.stop();
  }
}, minutes(5));

const pulumi = (...args: string[]): Promise<string> =>
  environment.succeedWith(moto.variables, ...args, "--color", "never");

/** How many requests have made something. */
const made = (): number =>
  moto.requests().filter(({ action }) => /^(Create|Run|Put|Allocate|Attach|Associate|PUT )/.test(action))
    .length;

/** Starts an `up` or a destroy and kills it, with all that it has started, when `when` says so. */
async function killed(command: "up" | "destroy", when: () => boolean): Promise<void> {
  const args = ["-C", program, command, "--yes", "--skip-preview", "-s", environment.name];
  const started = spawn("pulumi", args, { env, stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => started.once("exit", resolve));
  while (!when() && started.exitCode === null) await sleep(20);
  expect(started.exitCode).toBeNull();
  process.kill(-(started.pid ?? 0), "SIGKILL");
  await ended;
}

/** What `make up` and `make down` do first. */
async function recover(verb: "up" | "down"): Promise<string> {
  const args = ["--import", "tsx", "toolchain/recover.ts", environment.name, verb];
  return (await run("node", args, { cwd: repository, env })).stderr;
}

it.each([5, 40, 100])(
  "an up that is killed when %d requests had made something goes on, and nothing stays after a destroy",
  async (requests) => {
    await killed("up", () => made() >= requests);
    expect(await recover("up")).toContain("A killed run was creating the ");
    await pulumi("up", "--yes", "--skip-preview");
    expect(await pulumi("up", "--yes", "--skip-preview")).toMatch(/^Resources:\n +\d+ unchanged\n$/m);
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(Object.values(await moto.contents(region)).flat()).toEqual([]);
  },
  minutes(15),
);

it(
  "an up that is killed can be taken down, and so can what a killed destroy left",
  async () => {
    await killed("up", () => made() >= 60);
    await recover("down");
    moto.forgetRequests();
    const deleted = (): number =>
      moto.requests().filter(({ action }) => /^(Delete|DELETE )/.test(action)).length;
    await killed("destroy", () => deleted() >= 10);
    await recover("down");
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(Object.values(await moto.contents(region)).flat()).toEqual([]);
  },
  minutes(15),
);
