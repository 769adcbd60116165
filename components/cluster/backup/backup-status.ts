/** Annotations of the settings' ConfigMap: machine-image/rootfs/usr/lib/slipway/backup-cluster writes the last two. */
export const backupNotes = {
  /** Any text; another one than the latest backup's asks for one. */
  requested: "slipway.dev/backup-requested",
  /** The last backup, as JSON: {@link LatestBackup}. */
  latest: "slipway.dev/backup-latest",
  /** When and why one failed, on which machine; empty when the last one did not. */
  failed: "slipway.dev/backup-failed",
} as const;

/** What is known of the last backup. */
export interface LatestBackup {
  /** Such as `20261130T221500Z`. */
  readonly name: string;
  /** When it was made, as in `2026-11-30T22:15:00Z`. */
  readonly time: string;
  /** What {@link backupNotes.requested} said. */
  readonly request: string;
  /** How many keys etcd had. */
  readonly keys: number;
  /** Its bundle. */
  readonly bundle: { readonly bytes: number; readonly sha256: string };
}

/** The settings' ConfigMap, as far as it tells whether a backup is missing. */
export interface BackupObject {
  readonly metadata?: {
    readonly creationTimestamp?: string | Date;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** @param note value of {@link backupNotes.latest} */
export function parseLatest(note = ""): LatestBackup | undefined {
  return note === "" ? undefined : (JSON.parse(note) as LatestBackup);
}

/**
 * What is wrong with a cluster's backups, in one sentence; undefined when nothing is. A backup is missed when there was none
 * for twice the interval and five minutes: a machine that was just away has had its time.
 */
export function backupFinding({ metadata = {}, data = {} }: BackupObject, now: Date): string | undefined {
  const { annotations = {}, creationTimestamp = now } = metadata;
  const latest = parseLatest(annotations[backupNotes.latest]);
  const interval = Number(data.intervalMinutes) * 60_000;
  const since = Math.max(new Date(creationTimestamp).getTime(), new Date(latest?.time ?? 0).getTime());
  if (now.getTime() - since <= 2 * interval + 5 * 60_000) return undefined;
  const { [backupNotes.failed]: failed = "" } = annotations;
  const last = latest === undefined ? "there is none" : `the last one is of ${latest.time}`;
  return `the cluster's backup is missed: ${last}, and one is due every ${data.intervalMinutes ?? "?"} minutes${failed === "" ? "" : `; ${failed}`}`;
}
