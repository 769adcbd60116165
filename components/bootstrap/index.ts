export type {
  ClusterFacts,
  ControlPlaneBoot,
  ControlPlaneIdentity,
  FetchedSecrets,
  KeyPairPem,
  Labels,
  MachineDocuments,
  MachineFacts,
  MachineFile,
  PlatformFacts,
  Taint,
  WorkerBoot,
  WorkerIdentity,
} from "./facts";
export { controlPlaneDocuments, workerDocuments } from "./user-data";
