/** What a pool's machines are to be, as its auto-scaling group makes them. */
export interface PoolTarget {
  readonly groupName: string;
  readonly templateId: string;
  /** Of the launch template, whose machines have the {@link revision}. */
  readonly version: string;
  /** The tag of machines that are made of what the program says. */
  readonly revision: string;
  /** Types that they may be of. */
  readonly instanceTypes: readonly string[];
  /** How many are replaced at a time. */
  readonly maxUnavailable: number;
}
