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
