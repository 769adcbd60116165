// Runs a database's backup or restore now, and says what it says: `npx tsx toolchain/backups/run.ts backup|restore` with
// KUBECONFIG. BACKUP says which database's, FROM and UNSAVED what components/workloads/files/postgres-backups.sh reads.
import { execFile, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { given } from "../given";
import { actionLabel, chooseJob, type DatabaseJob } from "./choose";
import { failCommand } from "../command";

interface List {
  readonly items: readonly { readonly metadata: DatabaseJob }[];
}

interface Job {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly ready?: number };
}

interface Container {
  readonly env: { name: string; value?: string }[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

async function main(): Promise<void> {
  const [action = ""] = process.argv.slice(2);
  if (action !== "backup" && action !== "restore") {
    throw new Error(`The first argument is "${action}"; give backup or restore`);
  }
  const [wanted = "", FROM, UNSAVED] = [given("BACKUP"), given("FROM"), given("UNSAVED")];
  const list = await kubectl(
    "get",
    "cronjobs",
    "--all-namespaces",
    "-l",
    `${actionLabel}=${action}`,
    "-o",
    "json",
  );
  const jobs = (JSON.parse(list) as List).items.map(({ metadata }) => metadata);
  const { namespace, name } = chooseJob(action, jobs, wanted);
  const run = { namespace, name: `${name}-${Math.floor(Date.now() / 1000)}` };
  await create(run, name, { ...(FROM && { FROM }), ...(UNSAVED && { UNSAVED }) });
  await follow(run);
}

/** Starts a Job as the CronJob would, but for some variables. */
async function create(run: DatabaseJob, cronJob: string, variables: Record<string, string>): Promise<void> {
  const place = ["--namespace", run.namespace];
  const from = `--from=cronjob/${cronJob}`;
  const text = await kubectl(...place, "create", "job", run.name, from, "--dry-run=client", "-o", "json");
  const job = JSON.parse(text) as Job;
  for (const variable of job.spec.template.spec.containers.flatMap(({ env }) => env)) {
    const value = variables[variable.name];
    if (value !== undefined) variable.value = value;
  }
  await kubectlWith(JSON.stringify(job), ...place, "create", "-f", "-");
}

/** Prints what it prints, until it has ended. */
async function follow({ namespace, name }: DatabaseJob): Promise<void> {
  const place = ["--namespace", namespace];
  const look = async (): Promise<Job["status"]> =>
    (JSON.parse(await kubectl(...place, "get", "job", name, "-o", "json")) as Job).status;
  const ended = (status: Job["status"]): Condition | undefined =>
    status?.conditions?.find(
      ({ type, status: is }) => ["Complete", "Failed"].includes(type) && is === "True",
    );
  console.log(`Job ${namespace}/${name} begins`);
  let status = await look();
  while (ended(status) === undefined && (status?.ready ?? 0) === 0) {
    await sleep(1000);
    status = await look();
  }
  await print(...place, "logs", "--follow", `job/${name}`);
  while (ended(status) === undefined) {
    await sleep(1000);
    status = await look();
  }
  const end = ended(status);
  if (end?.type !== "Complete") throw new Error(`Job ${namespace}/${name} failed: ${end?.message ?? ""}`);
}

async function kubectl(...args: string[]): Promise<string> {
  return (await promisify(execFile)("kubectl", args, { maxBuffer: 2 ** 26 })).stdout;
}

async function kubectlWith(input: string, ...args: string[]): Promise<void> {
  const child = spawn("kubectl", args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.end(input);
  if ((await exitCode(child)) !== 0) throw new Error(`kubectl ${args.join(" ")} failed`);
}

/** Its failure is none of the Job's. */
async function print(...args: string[]): Promise<void> {
  await exitCode(spawn("kubectl", args, { stdio: "inherit" }));
}

function exitCode(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

main().catch(failCommand);
