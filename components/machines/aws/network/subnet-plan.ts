import { maxControlPlanes, requireWhole } from "../../address-plan";
import {
  type Cidr,
  firstAddress,
  formatAddress,
  formatNetwork,
  networkSize,
  parseCidr,
} from "../../../checks/cidr";
import { type PerZone, perZone, zoneOfControlPlane } from "./network-place";

/**
 * Prefix lengths that an environment's VPC can have. A VPC has at most a /16; with a /22 a control plane's subnet is a
 * /28, the smallest that there is: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export const vpcPrefix = { shortest: 16, longest: 22 } as const;

/** Behind the first four addresses of a subnet, which AWS keeps for itself. */
const firstHost = 10;

/** Which network each subnet of a VPC has, and each control plane's address: the same ones every time. */
export interface SubnetPlan {
  /** A quarter of the VPC each: for machines, their pods' volumes and endpoints of AWS' services. */
  readonly privateSubnets: PerZone<string>;
  /** A sixteenth each: for NAT gateways and public load balancers. */
  readonly publicSubnets: PerZone<string>;
  /**
   * A sixty-fourth each: nothing else gets an address there, so that those of control planes are free, also when one
   * comes later than the rest.
   */
  readonly controlPlaneSubnets: PerZone<string>;
  /**
   * Address of a control plane, in the subnet of the zone whose turn it is.
   * @param index 0 to 6, else a RangeError.
   */
  controlPlaneAddress(index: number): string;
}

/**
 * Lays out a VPC: three quarters are the zones' private subnets; of the last one, three quarters are their public ones,
 * and three quarters of the rest those of control planes.
 * @param cidr an IPv4 network of /16 to /22 without host bits, else a RangeError.
 */
export function subnetPlan(cidr: string): SubnetPlan {
  const vpc = vpcNetwork(cidr);
  const shared = quarter(vpc, 3);
  const reserved = quarter(shared, 3);
  const controlPlanes = perZone((zone) => quarter(reserved, zone));
  return {
    privateSubnets: perZone((zone) => formatNetwork(quarter(vpc, zone))),
    publicSubnets: perZone((zone) => formatNetwork(quarter(shared, zone))),
    controlPlaneSubnets: perZone((zone) => formatNetwork(controlPlanes[zone])),
    controlPlaneAddress(index) {
      requireWhole("control plane", index, 0, maxControlPlanes - 1);
      const subnet = controlPlanes[zoneOfControlPlane(index)];
      return formatAddress(firstAddress(subnet) + firstHost + Math.floor(index / controlPlanes.length));
    },
  };
}

function quarter(network: Cidr, index: 0 | 1 | 2 | 3): Cidr {
  const prefixLength = network.prefixLength + 2;
  return { address: firstAddress(network) + index * networkSize({ prefixLength }), prefixLength };
}

function vpcNetwork(cidr: string): Cidr {
  const { shortest, longest } = vpcPrefix;
  const network = parseCidr(cidr);
  if (
    network === undefined ||
    network.prefixLength < shortest ||
    network.prefixLength > longest ||
    formatNetwork(network) !== cidr
  ) {
    throw new RangeError(
      `"${cidr}" cannot be a VPC's network; write an IPv4 network of /${shortest} to /${longest}, such as 10.20.0.0/16`,
    );
  }
  return network;
}
