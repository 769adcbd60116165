export { addressPlan, type AddressPlan, clusterDns } from "./address-plan";
export * from "./docker";
export {
  type ClientEndpoint,
  type ControlPlaneSlot,
  type ElasticPools,
  type Endpoint,
  type LiveMachine,
  machineName,
  type MachinePlatform,
  type MachineSlot,
  type MachineSpec,
  type PoolSpec,
  type MachineRole,
  roleOf,
  type WorkerSlot,
} from "./platform";
