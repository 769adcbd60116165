/** Slipway's components, for stacks of your own. */
export * from "./cluster";
export * from "./delivery";
export * from "./machines";
export * from "./pki";
export * from "./platform";
export * from "./workloads";
