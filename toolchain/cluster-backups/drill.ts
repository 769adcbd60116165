// A drill: makes an environment of another's latest backup, looks at what came back, and takes it down again:
// `npx tsx toolchain/cluster-backups/drill.ts dev`. The environment itself is not touched. KEY is read as in a restore.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { parse, stringify } from "yaml";

import { checkName, settingsFile, stateRoot } from "../environment";
import { linesOf } from "../lines";
import { drillName, drillSettings } from "./drill-plan";
import { backupsOf } from "./kept-backups";
import { recoveryKeyFile } from "./recovery-key";
import { failCommand } from "../command";

const repository = path.join(__dirname, "..", "..");

async function main(): Promise<void> {
  const [environment = "dev"] = process.argv.slice(2);
  checkName(environment);
  const backups = await backupsOf(environment);
  const latest = backups.filter(({ state }) => state === "whole" || state === "stored").at(-1);
  if (latest === undefined)
    throw new Error(`${environment} has no whole backup of its cluster to drill with`);
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-drill-"));
  try {
    drill(environment, latest.name, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param folder for the drill's own state and settings */
function drill(environment: string, backup: string, folder: string): void {
  const { KEY: key = "" } = process.env;
  const variables = {
    ...process.env,
    SLIPWAY_CONFIG: writeSettings(environment, folder),
    SLIPWAY_STATE: path.join(folder, "state"),
    PULUMI_BACKEND_URL: undefined,
    // The drill finds the backup where the environment keeps it.
    FROM: `${environment}/${backup}`,
    KEY: path.resolve(key || recoveryKeyFile(stateRoot(), environment)),
  };
  const name = drillName(environment);
  const begin = Date.now();
  try {
    make("restore-cluster", name, variables);
    const seconds = Math.round((Date.now() - begin) / 1000);
    const count = readableSecrets(name, variables);
    console.log(
      `The drill went well: ${backup} of ${environment} was a cluster again after ${seconds} s, and its ${count} Secrets can be read`,
    );
  } finally {
    make("down", name, variables);
    make("forget", name, variables);
  }
}

function writeSettings(environment: string, folder: string): string {
  const source = settingsFile(environment);
  const settings: unknown = existsSync(source) ? parse(readFileSync(source, "utf8")) : {};
  const file = path.join(folder, "settings.yaml");
  writeFileSync(file, stringify(drillSettings(settings)));
  return file;
}

/** How many Secrets the cluster has; fails when it cannot read one of them, as with another encryption key. */
function readableSecrets(environment: string, env: NodeJS.ProcessEnv): number {
  const kubeconfig = make("kubeconfig", environment, env, "pipe").trim().split("\n").at(-1) ?? "";
  const names = run("kubectl", ["get", "secrets", "--all-namespaces", "--output=name"], {
    ...env,
    KUBECONFIG: kubeconfig,
  });
  const count = linesOf(names).length;
  if (count === 0) throw new Error("the drill failed: the restored cluster has no Secret");
  return count;
}

function make(
  target: string,
  environment: string,
  env: NodeJS.ProcessEnv,
  stdout: "pipe" | "inherit" = "inherit",
): string {
  return run("make", ["--no-print-directory", "-C", repository, target, `ENV=${environment}`], env, stdout);
}

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  out: "pipe" | "inherit" = "pipe",
): string {
  const { status, stdout } = spawnSync(program, args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", out, "inherit"],
  });
  if (status !== 0) throw new Error(`the drill failed: ${program} ${args.join(" ")}`);
  return out === "pipe" ? stdout : "";
}

main().catch(failCommand);
