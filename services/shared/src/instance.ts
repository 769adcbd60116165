import { hostname } from "node:os";

/** One running copy of a microservice: who it is, and whether it is on its way out. */
export interface Instance {
  /** Name of the microservice, as its Kubernetes Service is called. */
  readonly service: string;
  /** Version from its package.json. */
  readonly version: string;
  /** Name of the pod; outside Kubernetes the machine's host name. */
  readonly pod: string;
  /** Name of the node that runs the pod; `unknown` where NODE_NAME is not set. */
  readonly node: string;
  /** True from SIGTERM on: readiness fails and connections are no longer kept alive. */
  draining: boolean;
}

/**
 * The instance that this process is. POD_NAME and NODE_NAME come from the downward API:
 * https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
export function thisInstance(service: string, version: string): Instance {
  const { POD_NAME, NODE_NAME } = process.env;
  return { service, version, pod: POD_NAME ?? hostname(), node: NODE_NAME ?? "unknown", draining: false };
}
