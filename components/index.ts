/** Slipway's components, for stacks of your own. */
export type { Labels, MachineFile, PlatformFacts, Taint } from "./bootstrap";
export * from "./cluster";
export * from "./delivery";
export * from "./machines";
export * from "./pki";
export * from "./platform";
export * from "./workloads";
