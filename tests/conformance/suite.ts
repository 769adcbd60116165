import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";

import { goArchitecture, partDirectory } from "../../toolchain/cache";
import { run } from "../../toolchain/images/command";
import { parts } from "../../toolchain/parts";
import { pulumiHome } from "../../toolchain/pulumi-home";
import { exactly } from "./left-out";
import { readReport } from "./report";
import type { Spec } from "./spec";
import type { Settings } from "./settings";

const program = (name: string): string => path.join(partDirectory(parts.conformance), name);

/** Names of the specs that the settings ask for, without a cluster. */
export async function specsFor({ focus, labels }: Settings, folder: string): Promise<Spec[]> {
  const report = path.join(folder, "specs.json");
  await run([
    program("e2e.test"),
    ...["--ginkgo.dry-run", "--ginkgo.silence-skips", "--ginkgo.no-color", `--ginkgo.json-report=${report}`],
    ...[`--ginkgo.label-filter=${labels}`, `--ginkgo.focus=${focus}`],
  ]);
  const wanted = readReport(readFileSync(report, "utf8")).filter(({ outcome }) => outcome === "passed");
  if (wanted.length === 0) {
    throw new Error(`no spec has the labels ${labels} and a name that matches FOCUS="${focus}"`);
  }
  return wanted.map(({ name }) => ({ name }));
}

/** Every image that the suite knows, as `registry/repository:tag`. */
export async function suiteImages(): Promise<string[]> {
  const listed = await run([program("e2e.test"), "--list-images"]);
  return [...new Set(listed.split("\n").filter((line) => /^\S+:\S+$/.test(line)))].sort();
}

/** How to reach what the suite runs against, and where its reports go. */
export interface Run {
  readonly kubeconfig: string;
  /** Gets `report.json`, `junit.xml` and `suite.log`. */
  readonly folder: string;
  /** Names of specs that the settings ask for and that are not to run. */
  readonly skip: readonly string[];
}

/** Arguments of Ginkgo's runner. */
export function suiteArguments({ focus, labels, processes }: Settings, target: Run): string[] {
  return [
    `--procs=${processes}`,
    ...["-v", "--no-color", "--silence-skips", "--timeout=8h"],
    ...[`--output-dir=${target.folder}`, "--json-report=report.json", "--junit-report=junit.xml"],
    `--label-filter=${labels}`,
    ...(focus ? [`--focus=${focus}`] : []),
    ...target.skip.map((name) => `--skip=${exactly(name)}`),
    program("e2e.test"),
    "--",
    `--kubeconfig=${target.kubeconfig}`,
    `--kubectl-path=${path.join(pulumiHome(), "bin", "kubectl")}`,
    ...["--provider=skeleton", "--node-os-distro=debian", `--node-os-arch=${goArchitecture}`],
    // Failures' own messages and the namespaces' events are kept; machines are read by `docker exec`, not by SSH.
    ...["--disable-log-dump", "--allowed-not-ready-nodes=0"],
  ];
}

/**
 * Runs the suite to its end, or to the signal's.
 *
 * @param takeLine - gets each line of its output
 * @returns whether it wrote its report
 */
export async function runSuite(
  settings: Settings,
  target: Run,
  takeLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(target.folder, { recursive: true });
  const log = createWriteStream(path.join(target.folder, "suite.log"));
  const child = spawn(program("ginkgo"), suiteArguments(settings, target), {
    cwd: target.folder,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  // As Ctrl-C does: Ginkgo leaves it to its processes to end, and writes the report when they did.
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
  };
  signal.addEventListener("abort", end, { once: true });
  child.stderr.pipe(log, { end: false });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    log.write(`${line}\n`);
    takeLine(line);
  });
  try {
    await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
  } finally {
    signal.removeEventListener("abort", end);
    log.end();
  }
}
