import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Folder of backups inside the one that outlives machines. */
export const keptBackups = ".cluster-backups";

/** Where the settings are, and what came of them: machine-image/rootfs/usr/lib/slipway/backup-cluster reads and notes it. */
export const backupConfigMap = { namespace: "kube-system", name: "slipway-backup" } as const;

/** How many backups stay, at most: the last one of each of the most recent hours, days and weeks that have any. */
export interface BackupKeep {
  /** Hours, 0 and more. Default 24. */
  readonly hourly?: number;
  /** Days, 0 and more. Default 7. */
  readonly daily?: number;
  /** Weeks, 0 and more. Default 4. */
  readonly weekly?: number;
}

/** What is backed up when, for whom, and where to. */
export interface ClusterBackupArgs {
  /** Name of the environment, which the backups bear. */
  readonly environment: string;
  /** Public half of the recovery key, as `age1…`: who has the private half reads the backups. */
  readonly recipient: pulumi.Input<string>;
  /** Minutes between two backups, from 1. The machines look each minute. Default 60. */
  readonly intervalMinutes?: number;
  /** Which of them stay in a folder; a bucket has rules of its own. */
  readonly keep?: BackupKeep;
  /**
   * Absolute path of a folder that all control planes share and that outlives them, or the name of an S3 bucket that their
   * role may put objects into.
   */
  readonly target: { readonly keptFolder: string } | { readonly bucket: pulumi.Input<string> };
}

/**
 * Has the cluster's control planes back etcd up: the one that leads saves a snapshot, verifies it, and encrypts it with what a
 * restore needs of the cluster's identity. Only Slipway's own machines do it. It is a ConfigMap, so that a change of it
 * changes no machine.
 */
export class ClusterBackup extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterBackupArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:cluster:ClusterBackup", name, {}, options);
    const { environment, recipient, intervalMinutes = 60, keep = {}, target } = args;
    const { hourly = 24, daily = 7, weekly = 4 } = keep;
    new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: backupConfigMap,
        data: {
          environment,
          recipient,
          intervalMinutes: String(intervalMinutes),
          ...("bucket" in target
            ? { bucket: target.bucket }
            : {
                folder: `${target.keptFolder}/${keptBackups}`,
                hourly: String(hourly),
                daily: String(daily),
                weekly: String(weekly),
              }),
        },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
