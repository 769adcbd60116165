export type {
  ClusterFacts,
  ControlPlaneBoot,
  ControlPlaneIdentity,
  KeyPairPem,
  Labels,
  MachineFacts,
  MachineFile,
  PlatformFacts,
  Taint,
  WorkerBoot,
  WorkerIdentity,
} from "./facts";
export { controlPlaneUserData, workerUserData } from "./user-data";
