import { type Belonging, environmentLabel, ownerLabel } from "../belonging";

/** Tag of a machine that has a place of its own, and of its volume: the machine's name. */
export const machineTag = "slipway.machine";

/** Tag of a pool's machines: the pool's name. */
export const poolTag = "slipway.pool";

/** Tag of an instance: what it was made of, see `MachinePlatform.revision`. */
export const revisionTag = "slipway.revision";

/** Tag of an instance: the Kubernetes version that it was made with, without a leading `v`. */
export const kubernetesTag = "slipway.kubernetes";

/**
 * Tag of an instance, and of what the cloud controller manager looks for: it gives a load balancer only targets that are the
 * cluster's own. https://cloud-provider-aws.sigs.k8s.io/prerequisites/
 */
export function clusterTag(environment: string): Record<string, string> {
  return { [`kubernetes.io/cluster/${environment}`]: "owned" };
}

/**
 * The tags of everything that an environment makes on AWS.
 * @param name what consoles show as the resource's name; default: none.
 */
export function belongingTags({ environment, owner }: Belonging, name?: string): Record<string, string> {
  return {
    ...(name !== undefined && { Name: name }),
    [environmentLabel]: environment,
    ...(owner !== undefined && { [ownerLabel]: owner }),
  };
}
