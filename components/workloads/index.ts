export type { Autoscaling } from "./autoscaling";
export type { ConfigurationArgs } from "./configuration";
export { Exposure } from "./exposure";
export type { ExposureArgs, Route } from "./exposure-args";
export { Job } from "./job";
export type { JobArgs } from "./job-spec";
export { Microservice } from "./microservice";
export type { BuildArgs, MicroserviceArgs } from "./microservice-args";
export type { Caller } from "./network-policies";
export type { Spread, Termination } from "./pod-spec";
export type { PortArgs, PortNumber, Protocol } from "./ports";
export {
  type DatabaseAccess,
  type DumpKeep,
  PostgresBackup,
  type PostgresBackupArgs,
} from "./postgres-backup";
export type { HttpProbes, StatefulProbes } from "./probes";
export type { ContainerArgs, HostAlias, ProgramArgs, ScratchArgs } from "./program-args";
export { type Callee, internet, type MicroserviceReference, type Outside } from "./reference";
export type { Canary, Rollout } from "./rollout";
export type { Schedule } from "./schedule";
export { ScheduledJob, type ScheduledJobArgs } from "./scheduled-job";
export type { Role } from "./service-account";
export { StatefulService, type StatefulServiceArgs, type StorageRequest } from "./stateful-service";
export type { VolumeArgs } from "./volumes";
export { WorkloadNamespace } from "./workload-namespace";
export type { Amount } from "../checks";
