export type {
  AuthorityPem,
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
} from "./facts";
export { controlPlaneIdentityFiles, workerIdentityFiles } from "./identity-files";
export { controlPlaneUserData, workerUserData } from "./user-data";
