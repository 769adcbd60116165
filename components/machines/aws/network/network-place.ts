import type * as pulumi from "@pulumi/pulumi";

/** One for each of an environment's three zones, in the zones' order. */
export type PerZone<T> = readonly [T, T, T];

/** A subnet of a network's. */
export interface SubnetPlace {
  /** As in `subnet-0a1b2c3d`. */
  readonly id: pulumi.Output<string>;
  /** In CIDR form. */
  readonly cidr: pulumi.Output<string>;
  /** Name of its zone, as in `eu-central-1a`. */
  readonly zone: string;
}

/** Where a control plane has its fixed place. */
export interface ControlPlanePlace {
  /** Its subnet. */
  readonly subnet: SubnetPlace;
  /** Its private address in it: a control plane that takes the place of a lost one has the same. */
  readonly address: string;
}

/**
 * A VPC that an environment's machines run in, whoever made it. It is a resource for `dependsOn`: what depends on it has
 * its way out when it begins, and goes before that does.
 */
export interface NetworkPlace extends pulumi.Resource {
  /** As in `vpc-0a1b2c3d`. */
  readonly vpcId: pulumi.Output<string>;
  /** The VPC's first network in CIDR form. */
  readonly cidr: pulumi.Output<string>;
  /** Names of the zones. */
  readonly zones: PerZone<string>;
  /** For machines, and for load balancers that only the VPC reaches. */
  readonly privateSubnets: PerZone<SubnetPlace>;
  /** For load balancers that the internet reaches. Undefined where a network has none. */
  readonly publicSubnets: PerZone<SubnetPlace> | undefined;
  /**
   * Place of a control plane: zones take turns.
   * @param index 0 to 6, and less than how many addresses there are in an existing VPC; else a RangeError.
   */
  controlPlane(index: number): ControlPlanePlace;
}

/** The same for each zone. */
export function perZone<T>(make: (zone: 0 | 1 | 2) => T): PerZone<T> {
  return [make(0), make(1), make(2)];
}

/** Which zone the control plane of that number is in. */
export function zoneOfControlPlane(index: number): 0 | 1 | 2 {
  return index % 3 === 0 ? 0 : index % 3 === 1 ? 1 : 2;
}

/** What is wrong with the names of zones; empty when nothing is. */
export function zoneProblems(zones: PerZone<string>): string[] {
  const distinct = new Set(zones).size === zones.length;
  return distinct ? [] : [`zones are ${zones.join(", ")}; name three different ones of the region`];
}
