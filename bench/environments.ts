import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";

import { TestEnvironment } from "../tests/support/test-environment";
import { imageName } from "../toolchain/images";
import versions from "../toolchain/versions.json";
import { secondsOf } from "./measure";

const run = promisify(execFile);

/** A cluster with a pod network and nothing on it. */
export const clusterProgram = path.join(__dirname, "cluster");
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

/** Seconds of the cluster by hand, until every node is Ready. Taken down again outside the measurement. */
export async function byHand(): Promise<number> {
  const args = [
    "slipway-bench-by-hand",
    "10.87.250",
    imageName("machine"),
    versions.kubernetes,
    versions.etcd,
  ];
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
