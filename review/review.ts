// Reviews a change of an environment, and writes a report: `npx tsx review/review.ts dev report.md make lint`.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { changesOf } from "./changes";
import { costOf } from "./cost";
import { dangersOf } from "./dangers";
import { type Preview, readPreview } from "./events";
import { openSecrets } from "./open-secrets";
import { isRefused, type Outcome, reportOf, type Review } from "./report";

const repository = path.join(__dirname, "..");
const policyPack = path.join(repository, "policies", "run");

/**
 * Reviews the environment whose variables stand in this process' own.
 * @param environment its name
 * @param lint command and arguments; its failure is the review's
 * @param program folder with the Pulumi.yaml of the program
 */
export async function review(
  environment: string,
  lint: readonly string[],
  program = repository,
): Promise<Review> {
  const [linted, previewed] = [await run(lint), await preview(environment, program)];
  const { steps, findings, errors } = previewed.seen;
  const changes = changesOf(steps);
  return {
    environment,
    lint: linted,
    preview: { ...previewed.outcome, errors },
    findings: [...findings, ...openSecrets(steps)],
    changes,
    dangers: dangersOf(changes),
    cost: costOf(steps),
  };
}

async function preview(environment: string, program: string): Promise<{ outcome: Outcome; seen: Preview }> {
  // Not even the engine's own debugging lines, which have secrets in clear, outlive this.
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-review-"));
  const log = path.join(folder, "events.json");
  try {
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
    const outcome = await run(
      [...command, "--policy-pack", policyPack, ...settingsOf(environment), "--event-log", log],
      {
        // The engine has --event-log only for those who ask for its debugging commands.
        PULUMI_DEBUG_COMMANDS: "true",
      },
    );
    const seen = readPreview(existsSync(log) ? readFileSync(log, "utf8") : "");
    const policiesOnly = seen.findings.some(({ mandatory }) => mandatory) && seen.errors.length === 0;
    // A preview that failed without a word of the engine's own has said why where a person would read it.
    const silent = outcome.failed && seen.errors.length === 0 && !policiesOnly;
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
async function run(command: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const [program = "", ...args] = command;
  if (program === "") return { failed: false, output: "" };
  const child = spawn(program, args, {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
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
  const file = path.resolve(given || path.join(directory, "review.md"));
  const found = await review(environment, lint);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, reportOf(found));
  console.log(file);
  if (isRefused(found)) process.exitCode = 1;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
