import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { TestEnvironment } from "../tests/support/test-environment";
import { imageName } from "../toolchain/images";
import { companionsOf, newestKubernetes } from "../toolchain/kubernetes-versions";
import { secondsOf } from "./measure";
import { EventLogFollower, type TimedEvent } from "./timeline";

const run = promisify(execFile);

/** A cluster with a pod network and nothing on it. */
export const clusterProgram = path.join(__dirname, "cluster");
/** An environment with its platform, and as many microservices as its setting `services` says. */
export const servicesProgram = path.join(__dirname, "services");
/** A program without resources. */
export const emptyProgram = path.join(__dirname, "empty");
/** The repository's own: everything. */
export const wholeProgram = path.join(__dirname, "..");

type Settings = ConstructorParameters<typeof TestEnvironment>[0];

/** Makes an environment of its own for a while, and takes it down whatever happens. */
export async function withEnvironment<T>(
  program: string,
  settings: Settings,
  use: (environment: TestEnvironment) => Promise<T>,
): Promise<T> {
  const environment = new TestEnvironment(settings, program);
  await environment.create();
  try {
    return await use(environment);
  } finally {
    await environment.destroy();
  }
}

/** Seconds of `pulumi up` on an empty stack, until it is through and `then` has been done. */
export async function upFromNothing(
  program: string,
  settings: Settings = {},
  then: (environment: TestEnvironment) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  return await withEnvironment(program, settings, (environment) =>
    secondsOf(async () => {
      await environment.up();
      await then(environment);
    }),
  );
}

/** One `pulumi up`. Times are in milliseconds since 1970. */
export interface RecordedUp {
  readonly begin: number;
  readonly end: number;
  readonly events: readonly TimedEvent[];
}

/** `pulumi up`, and what its engine said when. */
export async function recordedUp(environment: TestEnvironment): Promise<RecordedUp> {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-events-"));
  // The engine has --event-log only for those who ask for its debugging commands.
  const debugging = { PULUMI_DEBUG_COMMANDS: "true" };
  try {
    const log = path.join(folder, "events.json");
    const follower = new EventLogFollower(log);
    const begin = Date.now();
    const up = ["up", "--yes", "--skip-preview", "--event-log", log];
    const { output, failed } = await environment.pulumiWith(debugging, ...up);
    const end = Date.now();
    const events = await follower.end();
    if (failed) throw new Error(output);
    return { begin, end, events };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Seconds of the cluster by hand, until every node is Ready. Taken down again outside the measurement. */
export async function byHand(): Promise<number> {
  const { etcd, coredns } = companionsOf(newestKubernetes);
  const args = ["slipway-bench-by-hand", "10.87.250", imageName("machine"), newestKubernetes, etcd, coredns];
  const script = path.join(__dirname, "by-hand.sh");
  try {
    return await secondsOf(() => run(script, ["up", ...args]));
  } finally {
    await run(script, ["down", ...args]);
  }
}

/** Name of the container of an environment's machine. */
export function containerOf(environment: TestEnvironment, machine: string): string {
  return `slipway-${environment.name}-${machine}`;
}
