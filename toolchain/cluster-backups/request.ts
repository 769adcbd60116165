import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { backupNotes, parseLatest } from "../../components/cluster/backup/backup-status";
import { backupConfigMap } from "../../components/cluster/backup/cluster-backup";

/** The leader looks each minute, and a large snapshot takes a while. */
const patienceSeconds = 600;
const { namespace, name } = backupConfigMap;
const backupObject = ["configmap", name, "--namespace", namespace];

/**
 * Asks the cluster of KUBECONFIG for a backup now, and waits until it is there.
 * @param say - takes a line for a person
 * @throws Error that says why there is none
 */
export async function backUpNow(say: (line: string) => void): Promise<void> {
  const request = new Date().toISOString();
  const before = await notes();
  if (before === undefined) {
    throw new Error(
      "the cluster's backup is switched off, by slipway:clusterBackup.enabled or for want of a recovery key",
    );
  }
  await kubectl("annotate", "--overwrite", ...backupObject, `${backupNotes.requested}=${request}`);
  say("Asked for a backup: the control plane that leads etcd looks each minute");
  const deadline = Date.now() + patienceSeconds * 1000;
  let failure = before[backupNotes.failed] ?? "";
  for (;;) {
    await sleep(1000);
    const now = (await notes()) ?? {};
    const latest = parseLatest(now[backupNotes.latest]);
    if (latest?.request === request) {
      say(`${latest.name}: ${latest.keys} keys, ${latest.bundle.bytes} bytes, verified and encrypted`);
      return;
    }
    const failed = now[backupNotes.failed] ?? "";
    if (failed !== failure && failed !== "") throw new Error(`the backup failed: ${failed}`);
    failure = failed;
    if (Date.now() > deadline) {
      throw new Error(
        `there is no backup after ${patienceSeconds} s; journalctl -u slipway-backup on the control planes says what they do`,
      );
    }
  }
}

async function notes(): Promise<Readonly<Record<string, string>> | undefined> {
  const text = await kubectl("get", ...backupObject, "--ignore-not-found", "--output=json");
  if (text.trim() === "") return undefined;
  const { metadata } = JSON.parse(text) as { metadata: { annotations?: Record<string, string> } };
  return metadata.annotations ?? {};
}

async function kubectl(...args: string[]): Promise<string> {
  return (await promisify(execFile)("kubectl", ["--request-timeout=20s", ...args])).stdout;
}
