export type { ApiAccess } from "./api-endpoint";
export { AwsMachines, type AwsMachinesArgs } from "./aws-machines";
export type { ControlPlaneMachine } from "./control-plane-instance";
export type { MachineArchive } from "./machine-files";
export * from "./network";
export * from "./operations";
export type { AwsPlace } from "./policy";
export type { PoolMachines } from "./worker-pool";
