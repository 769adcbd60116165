export { Microservice, type MicroserviceArgs } from "./microservice";
export type { ProbePaths } from "./pod-spec";
export { WorkloadNamespace } from "./workload-namespace";
