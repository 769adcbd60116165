import { setTimeout as sleep } from "node:timers/promises";

import type { DatabaseJob } from "./choose";
import { kubectl, kubectlWith, print } from "./kubectl";

interface Job {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly ready?: number };
}

interface Container {
  command?: readonly string[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/**
 * Starts a Job as a CronJob would.
 * @param command in the place of the CronJob's own
 */
export async function startJob(
  { namespace, name: cronJob }: DatabaseJob,
  command?: readonly string[],
): Promise<DatabaseJob> {
  const job = { namespace, name: `${cronJob}-${Math.floor(Date.now() / 1000)}` };
  const from = `--from=cronjob/${cronJob}`;
  const text = await kubectl(
    ...placeOf(job),
    "create",
    "job",
    job.name,
    from,
    "--dry-run=client",
    "-o",
    "json",
  );
  const manifest = JSON.parse(text) as Job;
  for (const container of manifest.spec.template.spec.containers) {
    if (command !== undefined) container.command = command;
  }
  await kubectlWith(JSON.stringify(manifest), ...placeOf(job), "create", "-f", "-");
  return job;
}

/** Waits until its pod runs, or has ended. */
export async function runs(job: DatabaseJob): Promise<void> {
  for (;;) {
    const status = await statusOf(job);
    if (endOf(status) !== undefined || (status?.ready ?? 0) > 0) return;
    await sleep(1000);
  }
}

/** Prints what a Job prints, until it has ended. Throws when it fails. */
export async function follow(job: DatabaseJob): Promise<void> {
  console.log(`Job ${job.namespace}/${job.name} begins`);
  await runs(job);
  // Its failure is none of the Job's.
  await print(...placeOf(job), "logs", "--follow", `job/${job.name}`);
  let end = endOf(await statusOf(job));
  while (end === undefined) {
    await sleep(1000);
    end = endOf(await statusOf(job));
  }
  if (end.type !== "Complete")
    throw new Error(`Job ${job.namespace}/${job.name} failed: ${end.message ?? ""}`);
}

/** Removes a Job with its pod. */
export async function removeJob(job: DatabaseJob): Promise<void> {
  await kubectl(...placeOf(job), "delete", "job", job.name, "--ignore-not-found", "--wait=false");
}

async function statusOf(job: DatabaseJob): Promise<Job["status"]> {
  return (JSON.parse(await kubectl(...placeOf(job), "get", "job", job.name, "-o", "json")) as Job).status;
}

const endOf = (status: Job["status"]): Condition | undefined =>
  status?.conditions?.find(({ type, status: is }) => ["Complete", "Failed"].includes(type) && is === "True");

const placeOf = ({ namespace }: DatabaseJob): string[] => ["--namespace", namespace];
