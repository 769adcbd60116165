export { addressPlan, type AddressPlan, clusterDns } from "./address-plan";
export * from "./docker";
export {
  type Endpoint,
  machineName,
  type MachinePlatform,
  type MachineSlot,
  type MachineSpec,
} from "./platform";
