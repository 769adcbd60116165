import * as pulumi from "@pulumi/pulumi";

import type { ClusterBackupArgs } from "../components/cluster";
import type { ClusterIdentitySeed } from "../components/pki";
import { makeRecoveryKey, recipientOf } from "../toolchain/cluster-backups/recovery-key";
import { stagedRestore } from "../toolchain/cluster-backups/staged";
import type { EnvironmentConfig } from "./config";

/** What of the backups of an environment's cluster its state and this user's folders say. */
export interface BackupFacts {
  /** For whom the backups are; undefined where there are none. */
  readonly recipient: string | undefined;
  /** What the cluster is known by that is being restored; undefined where none is. */
  readonly restored: ClusterIdentitySeed | undefined;
}

/**
 * For whom an environment's cluster is backed up, by its settings or this user's own recovery key, which is made when there is
 * none; and whether it is being restored. An environment that is not this user's alone has to say in its settings for whom:
 * until then it is warned of, and not backed up.
 */
export async function backupFacts(
  { name, clusterBackup: { enabled, recipient } }: EnvironmentConfig,
  { SLIPWAY_RECOVERY_KEY: file, SLIPWAY_ENVIRONMENT_DIRECTORY: directory } = process.env,
): Promise<BackupFacts> {
  const restored = directory === undefined ? undefined : stagedRestore(directory)?.identity;
  if (!enabled) return { recipient: undefined, restored };
  return { recipient: recipient ?? (await ownRecipient(name, file)), restored };
}

async function ownRecipient(environment: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) {
    await pulumi.log.warn(
      `the cluster of ${environment} is not backed up: slipway:clusterBackup.recipient is missing; ` +
        `make recovery-key ENV=${environment} prints it, or write slipway:clusterBackup.enabled: false`,
    );
    return undefined;
  }
  if (pulumi.runtime.isDryRun())
    return await recipientOf(file).catch(() => "the recovery key that make up makes");
  if (await makeRecoveryKey(file, environment)) {
    await pulumi.log.info(
      `Backups of the cluster are encrypted: the recovery key of ${environment} is in ${file}. ` +
        "Without it nobody can restore one: keep a copy where the environment is not",
    );
  }
  return await recipientOf(file);
}

/** What the settings are to the component, beside where the backups go. */
export function backupArgs(
  { name, clusterBackup: { intervalMinutes, keep } }: EnvironmentConfig,
  recipient: string,
): Omit<ClusterBackupArgs, "target"> {
  return { environment: name, recipient, intervalMinutes, keep };
}
