// Runs Kubernetes' conformance suite: `make conformance [FOCUS=regex] [LABELS=expression] [PROCS=4] [ENV=name]`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { stateRoot } from "../../toolchain/environment";
import { type LeftOut, withoutImpossible } from "./left-out";
import { SpecProgress } from "./progress";
import { mirrorSuiteRegistry } from "./mirror";
import { pushImages } from "./push-images";
import { outcomeFor, readReport, succeeded, summary } from "./report";
import type { Spec } from "./spec";
import { type Settings, readSettings } from "./settings";
import { runSuite, specsFor, suiteImages } from "./suite";
import { type Target, existingTarget, ownTarget } from "./target";
import { failCommand } from "../../toolchain/command";

const say = (line: string): void => {
  console.log(line);
};

/** A folder for this run's reports, with the time in its name. */
function reportFolder(): string {
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const folder = path.join(stateRoot(), "conformance", time);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Runs what the settings ask for; gives whether all of it passed. */
async function conformance(settings: Settings, signal: AbortSignal): Promise<boolean> {
  const folder = reportFolder();
  const { run: wanted, leftOut } = withoutImpossible(await specsFor(settings, folder));
  const skip = leftOut.flatMap(({ names }) => names);
  say(`${wanted.length} specs to run, ${skip.length} left out; reports go to ${folder}`);
  say(settings.environment ? `using environment ${settings.environment}` : "making an environment");
  const target = await (settings.environment ? existingTarget(settings.environment) : ownTarget());
  const kubeconfig = path.join(folder, "kubeconfig");
  try {
    await provideImages(target, folder);
    signal.throwIfAborted();
    const endMirror = await mirrorSuiteRegistry(target.name, target.registry);
    writeFileSync(kubeconfig, target.kubeconfig, { mode: 0o600 });
    const progress = new SpecProgress(wanted.length, say);
    const takeLine = (line: string): void => {
      progress.line(line);
    };
    await runSuite(settings, { kubeconfig, folder, skip }, takeLine, signal);
    await endMirror();
    return told(folder, wanted, leftOut);
  } finally {
    // It is secret, and the reports are for others to read.
    rmSync(kubeconfig, { force: true });
    await target.release();
  }
}

/** Gives the environment the suite's images. */
async function provideImages({ name, registry, registryPassword }: Target, folder: string): Promise<void> {
  const images = await suiteImages();
  const missing = await pushImages(images, { registry, password: registryPassword }, say);
  say(`${images.length - missing.length} of the suite's ${images.length} images are in ${name}'s registry`);
  writeFileSync(path.join(folder, "images-left-out.txt"), missing.map((image) => `${image}\n`).join(""));
}

/** Tells how the suite ended; gives whether all passed. */
function told(folder: string, wanted: readonly Spec[], leftOut: readonly LeftOut[]): boolean {
  const report = path.join(folder, "report.json");
  if (!existsSync(report)) throw new Error(`the suite ended without a report: ${folder}/suite.log says why`);
  const outcome = outcomeFor(wanted, leftOut, readReport(readFileSync(report, "utf8")));
  writeFileSync(path.join(folder, "summary.txt"), `${summary(outcome)}\n`);
  say(summary(outcome, 20));
  return succeeded(outcome, wanted);
}

async function main(): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interruption.abort(new Error(`ended by ${signal}`));
    });
  }
  if (!(await conformance(readSettings(process.env), interruption.signal))) process.exitCode = 1;
}

main().catch(failCommand);
