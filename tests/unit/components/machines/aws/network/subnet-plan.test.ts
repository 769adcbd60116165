import fc from "fast-check";

import { maxControlPlanes } from "../../../../../../components/machines/address-plan";
import { subnetPlan } from "../../../../../../components/machines/aws/network";
import {
  type Cidr,
  firstAddress,
  formatNetwork,
  lastAddress,
  networkSize,
  overlap,
  parseCidr,
} from "../../../../../../components/checks/cidr";

const vpcNetwork = fc
  .record({ address: fc.nat(2 ** 32 - 1), prefixLength: fc.integer({ min: 16, max: 22 }) })
  .map(formatNetwork);

function network(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no network`);
  return parsed;
}

/** How many addresses of a subnet AWS keeps at its beginning; the last one is its own too. */
const keptByAws = 4;

describe("a VPC's subnets", () => {
  test("of a /16 are the ones that everything else relies on", () => {
    expect(subnetPlan("10.20.0.0/16")).toEqual({
      privateSubnets: ["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18"],
      publicSubnets: ["10.20.192.0/20", "10.20.208.0/20", "10.20.224.0/20"],
      controlPlaneSubnets: ["10.20.240.0/22", "10.20.244.0/22", "10.20.248.0/22"],
      controlPlaneAddress: expect.any(Function) as unknown,
    });
  });

  test("of a /22 are no smaller than AWS allows", () => {
    const plan = subnetPlan("10.20.4.0/22");
    expect(plan.privateSubnets).toEqual(["10.20.4.0/24", "10.20.5.0/24", "10.20.6.0/24"]);
    expect(plan.publicSubnets).toEqual(["10.20.7.0/26", "10.20.7.64/26", "10.20.7.128/26"]);
    expect(plan.controlPlaneSubnets).toEqual(["10.20.7.192/28", "10.20.7.208/28", "10.20.7.224/28"]);
  });

  test("give control planes addresses of the zones in turn", () => {
    const plan = subnetPlan("10.20.0.0/16");
    expect([0, 1, 2, 3, 4, 5, 6].map((index) => plan.controlPlaneAddress(index))).toEqual([
      "10.20.240.10",
      "10.20.244.10",
      "10.20.248.10",
      "10.20.240.11",
      "10.20.244.11",
      "10.20.248.11",
      "10.20.240.12",
    ]);
  });

  test("are inside the VPC, do not overlap, and are largest where machines are", () => {
    fc.assert(
      fc.property(vpcNetwork, (cidr) => {
        const vpc = network(cidr);
        const plan = subnetPlan(cidr);
        const privates = plan.privateSubnets.map(network);
        const publics = plan.publicSubnets.map(network);
        const all = [...privates, ...publics, ...plan.controlPlaneSubnets.map(network)];
        for (const [index, subnet] of all.entries()) {
          expect(subnet.address).toBe(firstAddress(subnet));
          expect(firstAddress(subnet)).toBeGreaterThanOrEqual(firstAddress(vpc));
          expect(lastAddress(subnet)).toBeLessThanOrEqual(lastAddress(vpc));
          expect(subnet.prefixLength).toBeLessThanOrEqual(28);
          expect(all.slice(index + 1).filter((other) => overlap(subnet, other))).toEqual([]);
        }
        expect(Math.min(...privates.map(networkSize))).toBeGreaterThan(Math.max(...publics.map(networkSize)));
      }),
    );
  });

  test("give each control plane an address of its own in its zone's subnet, which AWS does not keep", () => {
    fc.assert(
      fc.property(vpcNetwork, (cidr) => {
        const plan = subnetPlan(cidr);
        const addresses = Array.from({ length: maxControlPlanes }, (_, index) =>
          plan.controlPlaneAddress(index),
        );
        expect(new Set(addresses).size).toBe(maxControlPlanes);
        for (const [index, address] of addresses.entries()) {
          const subnet = network(plan.controlPlaneSubnets[index % 3] ?? "");
          const number = network(`${address}/32`).address;
          expect(number).toBeGreaterThanOrEqual(firstAddress(subnet) + keptByAws);
          expect(number).toBeLessThan(lastAddress(subnet));
        }
      }),
    );
  });

  test.each([-1, 7, 0.5, NaN])("have no control plane %d", (index) => {
    expect(() => subnetPlan("10.20.0.0/16").controlPlaneAddress(index)).toThrow(
      new RangeError(`there is no control plane ${index}: they are numbered 0 to 6`),
    );
  });

  test.each(["10.20.0.0/15", "10.20.0.0/23", "10.20.0.1/16", "10.20.0.0", "", "fd00::/16"])(
    "cannot be cut out of %j",
    (cidr) => {
      expect(() => subnetPlan(cidr)).toThrow(
        new RangeError(
          `"${cidr}" cannot be a VPC's network; write an IPv4 network of /16 to /22, such as 10.20.0.0/16`,
        ),
      );
    },
  );
});
