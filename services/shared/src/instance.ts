import { hostname } from "node:os";

/** One running copy of a microservice: who it is, and how far it is in its life. */
export interface Instance {
  /** Name of the microservice, as its Kubernetes Service is called. */
  readonly service: string;
  /** Version from its package.json. */
  readonly version: string;
  /** Name of the pod; outside Kubernetes the machine's host name. */
  readonly pod: string;
  /** Name of the node that runs the pod; `unknown` where NODE_NAME is not set. */
  readonly node: string;
  /**
   * It is ready while it is `serving`: before, it has not yet reached all that it needs; `draining`, from SIGTERM on,
   * it answers still, and keeps no connection alive.
   */
  phase: "starting" | "serving" | "draining";
}

/**
 * The instance that this process is. POD_NAME and NODE_NAME come from the downward API:
 * https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
export function thisInstance(service: string, version: string): Instance {
  const { POD_NAME, NODE_NAME } = process.env;
  return { service, version, pod: POD_NAME ?? hostname(), node: NODE_NAME ?? "unknown", phase: "starting" };
}
