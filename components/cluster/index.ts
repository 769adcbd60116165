export { type BackupKeep, ClusterBackup, type ClusterBackupArgs } from "./backup/cluster-backup";
export { KubernetesCluster, type KubernetesClusterArgs } from "./kubernetes-cluster";
export type { ControlPlane, MachineSize, Pool } from "./members";
