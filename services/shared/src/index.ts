export { thisInstance } from "./instance";
export type { Instance } from "./instance";
export { listen, run } from "./run";
export { serviceApp } from "./service-app";
