export { DockerMachines, type DockerMachinesArgs } from "./docker-machines";
export type { ExposedPort } from "./load-balancer-config";
export { Registry, type RegistryArgs, type RegistryUser } from "./registry";
