import {
  type Cidr,
  firstAddress,
  formatAddress,
  formatNetwork,
  lastAddress,
  networkSize,
  parseCidr,
} from "../checks/cidr";

/** How many equal blocks a network of machines has: one for what the environment itself needs, one for each pool. */
const blockCount = 16;

/** The highest number of a pool's block; the lowest is 1. */
export const lastAddressBlock = blockCount - 1;

/** Prefix lengths that a network of machines can have: with /24, the smallest, a pool holds 15 machines. */
export const machineNetworkPrefix = { shortest: 16, longest: 24 } as const;

/** Where block 0 has its control planes; the addresses before are the environment's own. */
const firstControlPlane = 8;

/** etcd's practical limit for voting members, see https://etcd.io/docs/v3.6/faq/#what-is-maximum-cluster-size. */
export const maxControlPlanes = 7;

/** Which address each part of an environment has: the same ones every time, so that restarts change nothing. */
export interface AddressPlan {
  /** The network in CIDR form. */
  readonly network: string;
  /** 16 to 24. */
  readonly prefixLength: number;
  /** As in `255.255.255.0`. */
  readonly netmask: string;
  /** Last address of the network; nobody has it. */
  readonly broadcast: string;
  /** First address: the host's side of the network. */
  readonly gateway: string;
  /** Second address: the API's stable endpoint. */
  readonly loadBalancer: string;
  /** Third address: the environment's registry. */
  readonly registry: string;
  /**
   * Address of a control plane.
   * @param index 0 to 6, else a RangeError.
   */
  controlPlane(index: number): string;
  /**
   * Address of a pool's machine.
   * @param block the pool's block, 1 to 15, else a RangeError.
   * @param index 0 to one less than a pool's capacity (15 in a /24), else a RangeError.
   */
  poolMachine(block: number, index: number): string;
}

/**
 * Lays out a network of machines in 16 equal blocks: block 0 is the environment's own, block n that of a pool.
 * @param cidr an IPv4 network of /16 to /24 without host bits, else a RangeError.
 */
export function addressPlan(cidr: string): AddressPlan {
  const network = machineNetwork(cidr);
  const first = firstAddress(network);
  const blockSize = networkSize(network) / blockCount;
  const capacity = poolCapacity(network.prefixLength);
  return {
    network: cidr,
    prefixLength: network.prefixLength,
    netmask: formatAddress(2 ** 32 - networkSize(network)),
    broadcast: formatAddress(lastAddress(network)),
    gateway: formatAddress(first + 1),
    loadBalancer: formatAddress(first + 2),
    registry: formatAddress(first + 3),
    controlPlane(index) {
      requireWhole("control plane", index, 0, maxControlPlanes - 1);
      return formatAddress(first + firstControlPlane + index);
    },
    poolMachine(block, index) {
      requireWhole("address block", block, 1, lastAddressBlock);
      requireWhole(`machine in address block ${block} with number`, index, 0, capacity - 1);
      return formatAddress(first + block * blockSize + index);
    },
  };
}

/** How many machines a pool can have: all of a block but its last address, which in the last block is the broadcast's. */
export function poolCapacity(prefixLength: number): number {
  return networkSize({ prefixLength }) / blockCount - 1;
}

/**
 * Address of the cluster's DNS Service: the tenth of the network of Services, as kubeadm has it
 * (`GetDNSIP` in cmd/kubeadm/app/constants).
 * @param servicesCidr an IPv4 network of /12 to /28 in CIDR form, else a RangeError.
 */
export function clusterDns(servicesCidr: string): string {
  const services = parseCidr(servicesCidr);
  if (services === undefined || services.prefixLength > 28) {
    throw new RangeError(
      `"${servicesCidr}" has no room for Services; write an IPv4 network of /28 or larger`,
    );
  }
  return formatAddress(firstAddress(services) + 10);
}

function machineNetwork(cidr: string): Cidr {
  const { shortest, longest } = machineNetworkPrefix;
  const network = parseCidr(cidr);
  if (
    network === undefined ||
    network.prefixLength < shortest ||
    network.prefixLength > longest ||
    formatNetwork(network) !== cidr
  ) {
    throw new RangeError(
      `"${cidr}" cannot hold machines; write an IPv4 network of /${shortest} to /${longest}, such as 10.88.0.0/24`,
    );
  }
  return network;
}

/** @throws RangeError when there is no such number of what is named. */
export function requireWhole(what: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`there is no ${what} ${value}: they are numbered ${min} to ${max}`);
  }
}
