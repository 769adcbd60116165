export { addressPlan, type AddressPlan, clusterDns } from "./address-plan";
export * from "./docker";
export {
  type ControlPlaneSlot,
  type Endpoint,
  machineName,
  type MachinePlatform,
  type MachineSlot,
  type MachineSpec,
  type WorkerSlot,
} from "./platform";
