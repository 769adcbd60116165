import type { PerZone } from "./network-place";

/** A VPC that is there, and the places in it that an environment may use. */
export interface ExistingNetworkArgs {
  /**
   * As in `vpc-0a1b2c3d`. It has DNS support and DNS hostnames, and from its private subnets there is a way to the
   * internet, or endpoints for S3, ECR, Secrets Manager and Session Manager and a mirror of all else.
   */
  readonly vpcId: string;
  /** Names of three different zones. */
  readonly zones: PerZone<string>;
  /** A subnet in each zone, in the order of {@link zones}: for machines. */
  readonly privateSubnetIds: PerZone<string>;
  /** The same for load balancers that the internet reaches. Default: none, so that no endpoint can be public. */
  readonly publicSubnetIds?: PerZone<string> | undefined;
  /**
   * Private addresses of the control planes, free and kept free by whoever runs the VPC (a CIDR reservation of the
   * subnet does), of the private subnets in turn: the first and the fourth one of the first zone's. At most 7.
   */
  readonly controlPlaneAddresses: readonly string[];
}
