import { type Belonging, environmentLabel, ownerLabel } from "../belonging";

/** Name of the volume that outlives its environment. */
export function keptVolumeName(environment: string): string {
  return `slipway-${environment}-kept`;
}

/** The labels of everything that an environment makes on a Docker daemon, in the form of the Docker provider. */
export function belongingLabels({ environment, owner }: Belonging): { label: string; value: string }[] {
  const whose = owner === undefined ? [] : [{ label: ownerLabel, value: owner }];
  return [{ label: environmentLabel, value: environment }, ...whose];
}

/** Label of a machine's container and volume; its value is the machine's role. */
export const roleLabel = "slipway.role";

/** Label of a machine's container: what it was made of, see `MachinePlatform.revision`. */
export const revisionLabel = "slipway.revision";

/** Label of a machine's container: the Kubernetes version of its image, without a leading `v`. */
export const kubernetesLabel = "slipway.kubernetes";
