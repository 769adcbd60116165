/** Whose a container, a volume, a network or a thing on AWS is. */
export interface Belonging {
  /** Name of the environment. */
  readonly environment: string;
  /**
   * Tells environments of one name apart that are kept in different places, as by two users of one Docker daemon or one
   * account. Any text; default: not told apart.
   */
  readonly owner?: string | undefined;
}

/** Label or tag whose value is the environment's name. */
export const environmentLabel = "slipway.environment";

/** Label or tag whose value is {@link Belonging.owner}. */
export const ownerLabel = "slipway.owner";
