/** A CronJob that backs a database up, or restores it: components/workloads/postgres-backup.ts. */
export interface DatabaseJob {
  readonly namespace: string;
  readonly name: string;
}

/** Label of such a CronJob; its value is what it does. */
export const actionLabel = "slipway.dev/database-backup";

/**
 * The one that is meant.
 * @param wanted `namespace/name` of a backup, or empty where there is one only
 * @throws Error that says which there are
 */
export function chooseJob(action: string, jobs: readonly DatabaseJob[], wanted: string): DatabaseJob {
  const suffix = action === "restore" ? "-restore" : "";
  const matching = jobs.filter((job) => wanted === "" || nameOf(job, suffix) === wanted);
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const known = jobs.map((job) => nameOf(job, suffix)).sort();
  if (known.length === 0)
    throw new Error("no database of this environment is backed up: it has no PostgresBackup");
  throw new Error(
    wanted === ""
      ? `several databases are backed up; give one, as in BACKUP=${known[0] ?? ""}: ${known.join(", ")}`
      : `BACKUP is "${wanted}"; give ${known.join(" or ")}`,
  );
}

function nameOf({ namespace, name }: DatabaseJob, suffix: string): string {
  return `${namespace}/${name.slice(0, name.length - suffix.length)}`;
}
