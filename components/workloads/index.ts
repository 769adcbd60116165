export type { Autoscaling } from "./autoscaling";
export type { ConfigurationArgs } from "./configuration";
export { Exposure, type ExposureArgs, type Route } from "./exposure";
export { Job } from "./job";
export type { JobArgs } from "./job-spec";
export { type BuildArgs, Microservice, type MicroserviceArgs } from "./microservice";
export type { Spread, Termination } from "./pod-spec";
export {
  type DatabaseAccess,
  type DumpKeep,
  PostgresBackup,
  type PostgresBackupArgs,
} from "./postgres-backup";
export type { HttpProbes, StatefulProbes } from "./probes";
export type { MicroserviceReference } from "./reference";
export type { Canary, Rollout } from "./rollout";
export type { Schedule } from "./schedule";
export { ScheduledJob, type ScheduledJobArgs } from "./scheduled-job";
export type { Role } from "./service-account";
export { StatefulService, type StatefulServiceArgs, type StorageRequest } from "./stateful-service";
export type { VolumeArgs } from "./volumes";
export { WorkloadNamespace } from "./workload-namespace";
export type { Amount } from "../checks";
