// Measures what the README quotes, and writes results.json: `make bench`. Takes about ten minutes.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

import { TestEnvironment } from "../tests/support/test-environment";
import { partDirectory } from "../toolchain/cache";
import { imageName } from "../toolchain/images";
import { parts } from "../toolchain/parts";
import versions from "../toolchain/versions.json";
import { type BenchResult, compare, secondsOf } from "./measure";

const run = promisify(execFile);

/** The cluster by hand: until every node is Ready. Taken down again outside the measurement. */
async function byHand(): Promise<number> {
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

/** `pulumi up` of a program on an empty stack, until it is through and `then` holds. */
async function upFromNothing(
  program: string | undefined,
  then?: (made: TestEnvironment) => Promise<void>,
): Promise<number> {
  const environment = new TestEnvironment({}, program);
  await environment.create();
  try {
    return await secondsOf(async () => {
      await environment.up();
      await then?.(environment);
    });
  } finally {
    await environment.destroy();
  }
}

async function shopAnswers(environment: TestEnvironment): Promise<void> {
  const response = await fetch(await environment.output("shopUrl"));
  if (!response.ok) throw new Error(`the shop answered ${response.status}`);
}

async function previewNoChange(): Promise<BenchResult> {
  const whole = new TestEnvironment({});
  const empty = new TestEnvironment({}, path.join(__dirname, "empty"));
  await Promise.all([whole.create(), empty.create()]);
  const preview = (environment: TestEnvironment) => () =>
    secondsOf(async () => {
      const { output, failed } = await environment.pulumi("preview", "--expect-no-changes");
      if (failed) throw new Error(output);
    });
  try {
    await Promise.all([whole.up(), empty.up()]);
    return await compare("preview-no-change", 7, preview(whole), preview(empty));
  } finally {
    await whole.destroy();
    await empty.destroy();
  }
}

/** CPU and wall time of each part's build, as it was recorded when it was built. */
function toolchainTimes(): BenchResult[] {
  return Object.values(parts).flatMap((part) => {
    const record = JSON.parse(readFileSync(path.join(partDirectory(part), "build.json"), "utf8")) as {
      cpuSeconds: number;
      wallSeconds: number;
    };
    const line = (kind: string, seconds: number): BenchResult => ({
      name: `toolchain-${kind}/${part.name}`,
      value: Math.round(seconds / 6) / 10,
      unit: "min",
      reference: null,
      ratio: null,
    });
    return [line("cpu", record.cpuSeconds), line("wall", record.wallSeconds)];
  });
}

async function main(): Promise<void> {
  const results = [
    await compare("cluster-from-nothing", 3, () => upFromNothing(path.join(__dirname, "cluster")), byHand),
    await compare("everything-from-nothing", 3, () => upFromNothing(undefined, shopAnswers), byHand),
    await previewNoChange(),
    ...toolchainTimes(),
  ];
  writeFileSync(path.join(__dirname, "results.json"), `${JSON.stringify({ results }, undefined, 2)}\n`);
  console.table(results);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
