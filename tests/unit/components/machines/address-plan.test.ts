import fc from "fast-check";

import {
  type AddressPlan,
  addressPlan,
  clusterDns,
  lastAddressBlock,
  maxControlPlanes,
  poolCapacity,
} from "../../../../components/machines/address-plan";
import { firstAddress, formatNetwork, lastAddress, parseCidr } from "../../../../components/checks/cidr";

const machineNetwork = fc
  .record({ address: fc.nat(2 ** 32 - 1), prefixLength: fc.integer({ min: 16, max: 24 }) })
  .map(formatNetwork);

describe("an address plan", () => {
  test("of a /24 has the addresses that everything else relies on", () => {
    const plan = addressPlan("10.88.7.0/24");
    expect(plan).toEqual({
      network: "10.88.7.0/24",
      prefixLength: 24,
      netmask: "255.255.255.0",
      broadcast: "10.88.7.255",
      gateway: "10.88.7.1",
      loadBalancer: "10.88.7.2",
      registry: "10.88.7.3",
      controlPlane: expect.any(Function) as unknown,
      poolMachine: expect.any(Function) as unknown,
    });
    expect([0, 1, 6].map((index) => plan.controlPlane(index))).toEqual([
      "10.88.7.8",
      "10.88.7.9",
      "10.88.7.14",
    ]);
    expect([0, 1, 14].map((index) => plan.poolMachine(1, index))).toEqual([
      "10.88.7.16",
      "10.88.7.17",
      "10.88.7.30",
    ]);
    expect(plan.poolMachine(15, 14)).toBe("10.88.7.254");
  });

  test("of a /16 has larger blocks", () => {
    const plan = addressPlan("10.88.0.0/16");
    expect(plan.netmask).toBe("255.255.0.0");
    expect(plan.controlPlane(0)).toBe("10.88.0.8");
    expect(plan.poolMachine(1, 0)).toBe("10.88.16.0");
    expect(plan.poolMachine(15, 4094)).toBe("10.88.255.254");
    expect(poolCapacity(16)).toBe(4095);
  });

  test("gives no address twice, none outside the network, and none of the network's own", () => {
    fc.assert(
      fc.property(machineNetwork, (network) => {
        const plan = addressPlan(network);
        const addresses = allAddresses(plan);
        const numbers = addresses.map((address) => parseCidr(`${address}/${plan.prefixLength}`));
        const whole = numbers[0];
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(addresses).toHaveLength(3 + 7 + 15 * poolCapacity(plan.prefixLength));
        expect(numbers.filter((number) => number === undefined || formatNetwork(number) !== network)).toEqual(
          [],
        );
        expect(whole).toBeDefined();
        if (whole !== undefined) {
          const own = new Set([firstAddress(whole), lastAddress(whole)]);
          expect(numbers.filter((number) => number !== undefined && own.has(number.address))).toEqual([]);
        }
        expect(addresses).not.toContain(plan.broadcast);
      }),
      // A /16 alone has 61,000 addresses to compare.
      { numRuns: 25 },
    );
  });

  test.each([
    [
      "control plane -1",
      (plan: AddressPlan) => plan.controlPlane(-1),
      "there is no control plane -1: they are numbered 0 to 6",
    ],
    [
      "an eighth control plane",
      (plan: AddressPlan) => plan.controlPlane(7),
      "there is no control plane 7: they are numbered 0 to 6",
    ],
    [
      "half a control plane",
      (plan: AddressPlan) => plan.controlPlane(0.5),
      "there is no control plane 0.5: they are numbered 0 to 6",
    ],
    [
      "block 0",
      (plan: AddressPlan) => plan.poolMachine(0, 0),
      "there is no address block 0: they are numbered 1 to 15",
    ],
    [
      "block 16",
      (plan: AddressPlan) => plan.poolMachine(16, 0),
      "there is no address block 16: they are numbered 1 to 15",
    ],
    [
      "a machine past its block",
      (plan: AddressPlan) => plan.poolMachine(2, 15),
      "there is no machine in address block 2 with number 15: they are numbered 0 to 14",
    ],
    [
      "machine NaN",
      (plan: AddressPlan) => plan.poolMachine(2, NaN),
      "there is no machine in address block 2 with number NaN: they are numbered 0 to 14",
    ],
  ])("refuses %s", (_what, ask, message) => {
    expect(() => ask(addressPlan("10.88.7.0/24"))).toThrow(new RangeError(message));
  });

  test.each(["10.88.0.0/15", "10.88.7.0/25", "10.88.7.1/24", "10.88.7.0", "", "fd00::/64"])(
    "refuses %j as a network of machines",
    (network) => {
      expect(() => addressPlan(network)).toThrow(
        new RangeError(
          `"${network}" cannot hold machines; write an IPv4 network of /16 to /24, such as 10.88.0.0/24`,
        ),
      );
    },
  );
});

describe("the cluster's DNS address", () => {
  test("is the tenth of the network of Services", () => {
    expect(clusterDns("10.96.0.0/12")).toBe("10.96.0.10");
    expect(clusterDns("172.20.4.0/24")).toBe("172.20.4.10");
  });

  test.each(["10.96.0.0/29", "10.96.0.0", "fd00::/112"])("is refused for %j", (services) => {
    expect(() => clusterDns(services)).toThrow(RangeError);
  });
});

function allAddresses(plan: AddressPlan): string[] {
  const capacity = poolCapacity(plan.prefixLength);
  return [
    plan.gateway,
    plan.loadBalancer,
    plan.registry,
    ...Array.from({ length: maxControlPlanes }, (_, index) => plan.controlPlane(index)),
    ...Array.from({ length: lastAddressBlock * capacity }, (_, number) =>
      plan.poolMachine(1 + Math.floor(number / capacity), number % capacity),
    ),
  ];
}
