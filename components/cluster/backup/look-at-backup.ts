import { quickGet } from "../actions/quick-get";
import { backupConfigMap } from "./cluster-backup";
import { backupFinding, type BackupObject } from "./backup-status";

const { namespace, name } = backupConfigMap;

/**
 * What is wrong with the backups of a cluster, in one sentence; undefined when nothing is, when they are switched off, and
 * when the API does not answer at once. Asked at each preview.
 * @param kubeconfig the administrator's, as components/pki writes it
 */
export async function lookAtBackup(kubeconfig: string): Promise<string | undefined> {
  try {
    const found = await quickGet(kubeconfig, `/api/v1/namespaces/${namespace}/configmaps/${name}`);
    return backupFinding(found as BackupObject, new Date());
  } catch {
    return undefined;
  }
}
