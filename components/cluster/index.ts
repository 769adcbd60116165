export { KubernetesCluster, type KubernetesClusterArgs } from "./kubernetes-cluster";
export type { ControlPlane, MachineSize, Pool } from "./members";
