import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { createLatestConfiguration } from "./configuration";
import { type JobArgs, type JobParts, jobSpec } from "./job-spec";
import { createNetworkPolicies } from "./network-policies";
import { checkReference, type MicroserviceReference } from "./reference";
import { checkSchedule, type Schedule, scheduleSpec } from "./schedule";
import { longestCronJobName } from "./scheduled-job";
import { createServiceAccount } from "./service-account";
import { checkStorage, createClaims } from "./volumes";
import { metadataOf, type Workload } from "./workload";

/** Which database, and where and how often its backups are made. */
export interface PostgresBackupArgs extends Partial<Schedule> {
  /** Namespace, such as the database's own. */
  readonly namespace: pulumi.Input<string>;
  /** Image with `bash` and the client programs of the server's PostgreSQL, or of a later one. */
  readonly image: pulumi.Input<string>;
  /** The database. */
  readonly database: DatabaseAccess;
  /** When one is made. Default `0 3 * * *`, each night. */
  readonly schedule?: string;
  /** Which of them stay. */
  readonly keep?: DumpKeep;
  /**
   * Public half of the key that they are encrypted to, as `age1…`: only who has the private half restores them. The image then
   * has `age` too. Default: they are not encrypted.
   */
  readonly recipient?: pulumi.Input<string>;
  /** Room for all of them, and its storage class. Default 5Gi of the class `keep`, which outlives the environment. */
  readonly storage?: {
    /** How large, such as `5Gi`. */
    readonly size?: string;
    /** Name of the storage class. */
    readonly class?: string;
  };
  /** Seconds that a backup or a restore may take, 1 to 86400. Default 3600. */
  readonly deadlineSeconds?: number;
}

/** How many backups stay, at most: the last ones, and the last one of each of the most recent hours, days and weeks that have any. */
export interface DumpKeep {
  /** The last ones, whenever they were made, from 1. Default 1. */
  readonly last?: number;
  /** Hours, 0 and more. Default 24. */
  readonly hourly?: number;
  /** Days, 0 and more. Default 7. */
  readonly daily?: number;
  /** Weeks, 0 and more. Default 4. */
  readonly weekly?: number;
}

/** A database of a PostgreSQL server, and who may read and write all of it. */
export interface DatabaseAccess {
  /** The server, such as a {@link StatefulService}. Its port is 5432 where it names none. */
  readonly server: MicroserviceReference;
  /** Name of the database. Default the user's. */
  readonly name?: string;
  /** Name of the user. Default `postgres`. */
  readonly user?: string;
  /** The user's password. Kept in a Secret. */
  readonly password: pulumi.Input<string>;
}

/** Label of the CronJobs that make or restore backups, by which `make backup` and `make restore` find them. */
const actionLabel = "slipway.dev/database-backup";

/**
 * Backups of a PostgreSQL database on a volume: a CronJob that makes one, reads it to its end, encrypts it and drops old ones,
 * and one that never runs by itself and restores. Both may talk to the database and to nobody else. Settings that cannot work
 * throw one error that names them all.
 *
 * @example
 * new PostgresBackup("orders-backup", { namespace, image, database: { server: database, password } }, { provider });
 * // make restore, or: kubectl --namespace shop create job --from cronjob/orders-backup-restore restore-1
 */
export class PostgresBackup extends pulumi.ComponentResource {
  /** Name of the CronJob that makes backups. */
  readonly backupJob: string;
  /** Name of the CronJob that restores. */
  readonly restoreJob: string;

  constructor(name: string, args: PostgresBackupArgs, options: pulumi.ComponentResourceOptions) {
    const schedule = { ...args, schedule: args.schedule ?? "0 3 * * *" };
    const job = jobArgs(args);
    checkPostgresBackup(name, args, schedule);
    super("slipway:workloads:PostgresBackup", name, {}, options);

    this.backupJob = name;
    this.restoreJob = `${name}-restore`;
    const workload = { component: this, serviceName: name, namespace: args.namespace };
    createNetworkPolicies(workload, job);
    const parts = {
      account: createServiceAccount(workload, []),
      configuration: createLatestConfiguration(workload, job),
      ...createClaims(workload, job.volumes),
    };
    this.createCronJob(workload, "backup", scheduleSpec(schedule), job, parts);
    // On the 31st of a February.
    const never = { ...scheduleSpec({ schedule: "0 0 31 2 *" }), suspend: true };
    this.createCronJob(workload, "restore", never, { ...job, retries: 0 }, parts);
    this.registerOutputs({ backupJob: this.backupJob, restoreJob: this.restoreJob });
  }

  private createCronJob(
    workload: Workload,
    action: "backup" | "restore",
    schedule: ReturnType<typeof scheduleSpec>,
    job: JobArgs,
    parts: JobParts,
  ): void {
    const name = action === "backup" ? this.backupJob : this.restoreJob;
    const { labels, ...metadata } = metadataOf(workload, name);
    const command = ["bash", script, action];
    new k8s.batch.v1.CronJob(
      name,
      {
        metadata: { ...metadata, labels: { ...labels, [actionLabel]: action } },
        spec: { ...schedule, jobTemplate: { spec: jobSpec(workload, { ...job, command }, parts) } },
      },
      { parent: this },
    );
  }
}

const script = "/scripts/postgres-backups.sh";
const defaultKeep = { last: 1, hourly: 24, daily: 7, weekly: 4 };
const postgresPort = 5432;
const defaultSize = "5Gi";

function jobArgs(args: PostgresBackupArgs) {
  const { database, keep, recipient = "", storage = {}, deadlineSeconds = 3600 } = args;
  const { last, hourly, daily, weekly } = { ...defaultKeep, ...keep };
  const { user = "postgres", name = user, password } = database;
  const { serviceName, namespace, port = postgresPort } = database.server;
  return {
    namespace: args.namespace,
    image: args.image,
    talksTo: [{ serviceName, namespace, port }],
    deadlineSeconds,
    retries: 1,
    env: {
      PGHOST: pulumi.interpolate`${serviceName}.${namespace}`,
      PGPORT: String(port),
      PGUSER: user,
      PGDATABASE: name,
      PGCONNECT_TIMEOUT: "10",
      BACKUPS: "/backups",
      KEEP: [last, hourly, daily, weekly].join(" "),
      RECIPIENT: recipient,
      // What a person who restores may set otherwise.
      FROM: "latest",
      UNSAVED: "no",
    },
    secrets: { PGPASSWORD: password },
    files: { [script]: readFileSync(join(__dirname, "files", "postgres-backups.sh"), "utf8") },
    volumes: [
      {
        name: "backups",
        path: "/backups",
        size: storage.size ?? defaultSize,
        class: storage.class ?? "keep",
      },
    ],
  } satisfies JobArgs;
}

function checkPostgresBackup(
  name: string,
  {
    keep = {},
    database: { server, name: database, user },
    storage = {},
    deadlineSeconds,
  }: PostgresBackupArgs,
  schedule: Schedule,
): void {
  const problems = new Problems();
  problems.expectServiceName("name", name, longestCronJobName - "-restore".length);
  checkReference(problems, "database.server", server);
  checkSchedule(problems, schedule);
  problems.expectWhole("keep.last", keep.last, 1, Infinity);
  for (const period of ["hourly", "daily", "weekly"] as const) {
    problems.expectWhole(`keep.${period}`, keep[period], 0, Infinity);
  }
  problems.expectWhole("deadlineSeconds", deadlineSeconds, 1, 86_400);
  checkStorage(problems, "storage", { ...storage, size: storage.size ?? defaultSize });
  for (const [setting, value] of Object.entries({ "database.name": database, "database.user": user })) {
    const holds = value === undefined || /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(value);
    problems.expect(holds, setting, value, 'give 1 to 63 of a-z, A-Z, 0-9 and "_" that no digit begins');
  }
  problems.throwIfAny("PostgresBackup", name);
}
