export { Microservice, type MicroserviceArgs } from "./microservice";
export type { ProbePaths } from "./pod-spec";
export type { MicroserviceReference } from "./reference";
export { WorkloadNamespace } from "./workload-namespace";
