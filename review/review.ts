// Reviews a change of an environment, and writes a report: `npx tsx review/review.ts dev report.md make lint`.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { checkGiven } from "../toolchain/given";
import { changesOf } from "./changes";
import { costOf } from "./cost";
import { dangersOf } from "./dangers";
import { type Preview, readPreview } from "./events";
import { openSecrets } from "./open-secrets";
import { isRefused, type Outcome, reportOf, type Review } from "./report";
import { failCommand } from "../toolchain/command";

const repository = path.join(__dirname, "..");
const policyPack = path.join(repository, "policies", "run");

export interface ReviewOptions {
  /** Folder with the Pulumi.yaml of the program. Default: the repository. */
  readonly program?: string;
  /** The variables that pulumi needs. Default: this process' own. */
  readonly variables?: NodeJS.ProcessEnv;
}

/**
 * Reviews an environment.
 * @param environment its name
 * @param lint command and arguments; its failure is the review's
 */
export async function review(
  environment: string,
  lint: readonly string[],
  { program = repository, variables = process.env }: ReviewOptions = {},
): Promise<Review> {
  const linted = await run(lint, variables);
  const { outcome, seen } = await preview(environment, program, variables);
  const changes = changesOf(seen.steps);
  return {
    environment,
    lint: linted,
    preview: { ...outcome, errors: seen.errors, notes: seen.notes },
    findings: [...seen.findings, ...openSecrets(seen.steps)],
    changes,
    dangers: dangersOf(changes),
    cost: costOf(seen.steps),
  };
}

async function preview(
  environment: string,
  program: string,
  variables: NodeJS.ProcessEnv,
): Promise<{ outcome: Outcome; seen: Preview }> {
  // The engine's own debugging lines have secrets in clear, so that the log does not outlive this.
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-review-"));
  const log = path.join(folder, "events.json");
  const command = [
    "pulumi",
    "-C",
    program,
    "preview",
    "-s",
    environment,
    "--non-interactive",
    "--color",
    "never",
  ];
  const policies = ["--policy-pack", policyPack, ...settingsOf(environment)];
  try {
    // The engine has --event-log only for those who ask for its debugging commands.
    const debugging = { ...variables, PULUMI_DEBUG_COMMANDS: "true" };
    const outcome = await run([...command, ...policies, "--event-log", log], debugging);
    const seen = readPreview(existsSync(log) ? readFileSync(log, "utf8") : "");
    const isExplained = seen.errors.length > 0 || seen.findings.some(({ mandatory }) => mandatory);
    // What fails before the engine begins is said where a person would read it, and not in the log.
    const silent = outcome.failed && !isExplained;
    return { outcome, seen: silent ? { ...seen, errors: [outcome.output.trim()] } : seen };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Settings of the policies for this environment, where there are any. */
function settingsOf(environment: string): string[] {
  const file = path.join(repository, "policies", "environments", `${environment}.json`);
  return existsSync(file) ? ["--policy-pack-config", file] : [];
}

/** Runs a command, shows what it prints as it prints it, and keeps it. */
async function run([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  if (program === "") return { failed: false, output: "" };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
    process.stderr.write(chunk);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ failed: code !== 0, output });
    });
  });
}

async function main(): Promise<void> {
  const [environment = "dev", given = "", ...lint] = process.argv.slice(2);
  const { SLIPWAY_ENVIRONMENT_DIRECTORY: directory = "." } = process.env;
  const file = path.resolve(given ? checkGiven("REPORT", given) : path.join(directory, "review.md"));
  const found = await review(environment, lint);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, reportOf(found));
  console.log(file);
  if (isRefused(found)) process.exitCode = 1;
}

if (require.main === module) {
  main().catch(failCommand);
}
