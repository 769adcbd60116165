/** Whose a container, a volume or a network is. */
export interface Belonging {
  /** Name of the environment. */
  readonly environment: string;
  /**
   * Tells environments of one name apart that are kept in different places, as by two users of one Docker daemon.
   * Any text; default: not told apart.
   */
  readonly owner?: string | undefined;
}

/** Label whose value is the environment's name. */
export const environmentLabel = "slipway.environment";

/** Label whose value is {@link Belonging.owner}. */
export const ownerLabel = "slipway.owner";

/** Name of the volume that outlives its environment. */
export function keptVolumeName(environment: string): string {
  return `slipway-${environment}-kept`;
}

/** The labels of everything that an environment makes on a Docker daemon, in the form of the Docker provider. */
export function belongingLabels({ environment, owner }: Belonging): { label: string; value: string }[] {
  const whose = owner === undefined ? [] : [{ label: ownerLabel, value: owner }];
  return [{ label: environmentLabel, value: environment }, ...whose];
}
