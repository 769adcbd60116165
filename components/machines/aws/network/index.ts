export { ExistingNetwork } from "./existing-network";
export type { ExistingNetworkArgs } from "./existing-network-args";
export type { FlowLogSettings } from "./flow-logs";
export { Network, type NetworkArgs } from "./network";
export type { ControlPlanePlace, NetworkPlace, PerZone, SubnetPlace } from "./network-place";
export { type SubnetPlan, subnetPlan } from "./subnet-plan";
