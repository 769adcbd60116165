import { Readable, Writable } from "node:stream";

import { decrypt } from "../cluster-backups/decrypt";
import { failCommand } from "../command";
import type { DatabaseJob } from "./choose";
import { removeJob, runs, startJob } from "./job";
import { exitCode, kubectl, print, startKubectl } from "./kubectl";

/** What a person wants restored. */
export interface Wanted {
  /** A backup's name, `latest` or `list`; empty is the latest. */
  readonly from: string;
  /** Whether what is there now need not be backed up first. */
  readonly unsaved: boolean;
  /** Path of the recovery key; undefined where none is kept here and none was given. */
  readonly keyFile: string | undefined;
}

/** Both in the container of the CronJob: components/workloads/postgres-backup.ts. */
const script = ["bash", "/scripts/postgres-backups.sh"];
const folder = "/backups";

/** How long the pod waits for what it is told, in seconds. */
const longestSeconds = 86_400;

/**
 * Restores a database in a pod of its own. An encrypted backup is decrypted here: it is fetched, and sent back in clear, so
 * that the key, which opens the cluster's own backups too, never is in the cluster.
 */
export async function restore(cronJob: DatabaseJob, wanted: Wanted): Promise<void> {
  const job = await startJob(cronJob, ["sleep", String(longestSeconds)]);
  const forget = removeWhenToldToEnd(job);
  try {
    await runs(job);
    await restoreIn(job, wanted);
  } finally {
    forget();
    await removeJob(job);
  }
}

/** Exit codes of a program that a signal ends: https://www.gnu.org/software/bash/manual/html_node/Exit-Status.html */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Takes the pod away before this program ends by a signal, as nobody else would. What it was restoring is then as it was.
 * @returns what has a signal end this program as it did before
 */
function removeWhenToldToEnd(job: DatabaseJob): () => void {
  const end = (signal: keyof typeof exitCodes): void => {
    void removeJob(job)
      .catch(failCommand)
      .then(() => process.exit(exitCodes[signal]));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

async function restoreIn(job: DatabaseJob, { from, unsaved, keyFile }: Wanted): Promise<void> {
  const told = [`FROM=${from === "" ? "latest" : from}`, `UNSAVED=${unsaved ? "yes" : "no"}`];
  const inPod = (action: string, ...more: string[]): string[] => ["env", ...told, ...more, ...script, action];
  if (from === "list") {
    await run(job, inPod("restore"));
    return;
  }
  const name = (await output(job, inPod("choose"))).trim();
  if (!name.endsWith(".age")) {
    await run(job, inPod("restore"));
    return;
  }
  if (keyFile === undefined) {
    throw new Error(
      `${name} is encrypted; say where the recovery key is, as in KEY=/media/stick/recovery-key.txt`,
    );
  }
  const source = { name, path: `${folder}/${name}`, keyFile };
  // All of it is read once before anything is changed.
  await decryptedInto(
    job,
    source,
    new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    }),
  );
  const restoring = startKubectl(exec(job, inPod("restore", "CLEAR=stdin"), "--stdin"), [
    "pipe",
    "inherit",
    "inherit",
  ]);
  const ended = exitCode(restoring);
  const sent = decryptedInto(job, source, restoring.stdin ?? new Writable());
  // What has ended takes no more: its exit code says why.
  const [code] = await Promise.all([ended, sent.catch(() => undefined)]);
  if (code !== 0) throw new Error(`${name} was not restored: the database is as it was`);
  await sent;
}

interface Source {
  readonly name: string;
  /** In the pod. */
  readonly path: string;
  readonly keyFile: string;
}

async function decryptedInto(
  job: DatabaseJob,
  { name, path, keyFile }: Source,
  clear: Writable,
): Promise<void> {
  const reading = startKubectl(exec(job, ["cat", path]), ["ignore", "pipe", "inherit"]);
  const ended = exitCode(reading);
  await decrypt({ name, encrypted: reading.stdout ?? Readable.from([]), keyFile, clear });
  if ((await ended) !== 0) throw new Error(`${name} could not be read to its end`);
}

const exec = (
  { namespace, name }: DatabaseJob,
  command: readonly string[],
  ...options: string[]
): string[] => [...["--namespace", namespace, "exec", ...options, `job/${name}`, "--", ...command]];

/** Runs a command in the pod, and prints what it says. */
async function run(job: DatabaseJob, command: readonly string[]): Promise<void> {
  if ((await print(...exec(job, command))) !== 0) throw new Error("nothing was restored");
}

/** What a command in the pod prints; what it complains of is printed. */
async function output(job: DatabaseJob, command: readonly string[]): Promise<string> {
  try {
    return await kubectl(...exec(job, command));
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    throw new Error(stderr.trim().replace(/\ncommand terminated with exit code \d+$/, ""), { cause: error });
  }
}
