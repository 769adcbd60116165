export type {
  ClusterFacts,
  ControlPlaneBoot,
  ControlPlaneIdentity,
  KeyPairPem,
  Labels,
  MachineBoot,
  MachineFacts,
  MachineFile,
  PlatformFacts,
  Taint,
  WorkerIdentity,
} from "./facts";
export { controlPlaneIdentityFiles, workerIdentityFiles } from "./identity-files";
export { controlPlaneUserData, workerUserData } from "./user-data";
