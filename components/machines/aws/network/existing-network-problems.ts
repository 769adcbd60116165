import { maxControlPlanes } from "../../address-plan";
import { firstAddress, formatAddress, lastAddress, parseCidr } from "../../../checks/cidr";
import type { ExistingNetworkArgs } from "./existing-network-args";
import { zoneOfControlPlane, zoneProblems } from "./network-place";

/** A VPC as it was looked up. */
export interface FoundVpc {
  readonly id: string;
  readonly enableDnsHostnames: boolean;
  readonly enableDnsSupport: boolean;
}

/** A subnet as it was looked up. */
export interface FoundSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly cidrBlock: string;
}

/** What was looked up: subnets in the order of their ids in the settings. */
export interface FoundNetwork {
  readonly vpc: FoundVpc;
  readonly privates: readonly FoundSubnet[];
  readonly publics: readonly FoundSubnet[];
}

/** How many addresses at a subnet's beginning AWS keeps, and the last: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const keptByAws = 4;

/** Why an environment cannot be in a network; empty when it can. */
export function existingNetworkProblems(args: ExistingNetworkArgs, found: FoundNetwork): string[] {
  return [
    ...zoneProblems(args.zones),
    ...dnsProblems(found.vpc),
    ...[...found.privates.entries(), ...found.publics.entries()].flatMap(([zone, subnet]) =>
      subnetProblems(subnet, found.vpc, args.zones[zone]),
    ),
    ...addressProblems(args.controlPlaneAddresses, found.privates),
  ];
}

function dnsProblems({ id, enableDnsHostnames, enableDnsSupport }: FoundVpc): string[] {
  const lacking = [
    ...(enableDnsSupport ? [] : ["DNS support"]),
    ...(enableDnsHostnames ? [] : ["DNS hostnames"]),
  ];
  return lacking.map((what) => `${id} has no ${what}; turn it on, as endpoints of AWS services need it`);
}

function subnetProblems(subnet: FoundSubnet, vpc: FoundVpc, zone: string | undefined): string[] {
  return [
    ...(subnet.vpcId === vpc.id ? [] : [`${subnet.id} is in ${subnet.vpcId}; name one of ${vpc.id}`]),
    ...(subnet.availabilityZone === zone
      ? []
      : [
          `${subnet.id} is in the zone ${subnet.availabilityZone}; name one in ${zone ?? "none"}, as subnets are in the zones' order`,
        ]),
  ];
}

function addressProblems(addresses: readonly string[], subnets: readonly FoundSubnet[]): string[] {
  const { length } = addresses;
  return [
    ...(length >= 1 && length <= maxControlPlanes
      ? []
      : [`there are ${length} addresses of control planes; name 1 to ${maxControlPlanes}`]),
    ...(new Set(addresses).size === length
      ? []
      : [`the addresses of control planes are ${addresses.join(", ")}; name different ones`]),
    ...addresses.flatMap((address, index) =>
      addressProblem(address, index, subnets[zoneOfControlPlane(index)]),
    ),
  ];
}

function addressProblem(text: string, index: number, subnet: FoundSubnet | undefined): string[] {
  const range = parseCidr(subnet?.cidrBlock ?? "");
  const address = parseCidr(`${text}/32`)?.address;
  if (subnet === undefined || range === undefined) return [];
  const first = firstAddress(range) + keptByAws;
  const last = lastAddress(range) - 1;
  if (address !== undefined && address >= first && address <= last) return [];
  return [
    `control plane ${index} cannot have the address "${text}"; name one from ${formatAddress(first)} to ${formatAddress(last)}, of ${subnet.id}`,
  ];
}
