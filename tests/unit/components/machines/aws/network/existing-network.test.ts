import * as pulumi from "@pulumi/pulumi";

import { ExistingNetwork, type ExistingNetworkArgs } from "../../../../../../components/machines/aws/network";
import {
  existingNetworkProblems,
  type FoundNetwork,
  type FoundSubnet,
} from "../../../../../../components/machines/aws/network/existing-network-problems";
import { countByType, recordResources, registeredBy, valueOf } from "../../../../../support/recorder";

const args: ExistingNetworkArgs = {
  vpcId: "vpc-1",
  zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
  privateSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  publicSubnetIds: ["subnet-d", "subnet-e", "subnet-f"],
  controlPlaneAddresses: ["10.1.0.10", "10.1.1.10", "10.1.2.10", "10.1.0.11"],
};

const vpc = { id: "vpc-1", cidrBlock: "10.1.0.0/16", enableDnsHostnames: true, enableDnsSupport: true };

const subnet = (letter: string, zone: string, third: number): FoundSubnet => ({
  id: `subnet-${letter}`,
  vpcId: "vpc-1",
  availabilityZone: `eu-central-1${zone}`,
  cidrBlock: `10.1.${third}.0/24`,
});

const found = {
  vpc,
  privates: [subnet("a", "a", 0), subnet("b", "b", 1), subnet("c", "c", 2)],
  publics: [subnet("d", "a", 3), subnet("e", "b", 4), subnet("f", "c", 5)],
} as const;

const subnets = [...found.privates, ...found.publics];

beforeEach(() => {
  recordResources({
    lookUp: (token, { id }) => {
      const things = token === "aws:ec2/getVpc:getVpc" ? [vpc] : subnets;
      return { ...things.find((thing) => thing.id === id) };
    },
  });
});

// The next test puts another engine in place: it knows nothing of what this one is still told.
afterEach(async () => {
  await pulumi.runtime.disconnect();
});

describe("ExistingNetwork", () => {
  it("makes nothing", async () => {
    const resources = await registeredBy((options) => new ExistingNetwork("net", args, options));
    expect(countByType(resources)).toEqual({ "slipway:machines:AwsExistingNetwork": 1 });
  });

  it("tells where things are", async () => {
    const network = new ExistingNetwork("net", args, {});
    expect(await valueOf(network.vpcId)).toBe("vpc-1");
    expect(await valueOf(network.cidr)).toBe("10.1.0.0/16");
    const ids = [...network.privateSubnets, ...(network.publicSubnets ?? [])].map(({ id }) => valueOf(id));
    expect(await Promise.all(ids)).toEqual(subnets.map(({ id }) => id));
    const { subnet: place, address } = network.controlPlane(3);
    expect(address).toBe("10.1.0.11");
    expect(place.zone).toBe("eu-central-1a");
    expect(await valueOf(place.id)).toBe("subnet-a");
    expect(await valueOf(place.cidr)).toBe("10.1.0.0/24");
  });

  it("does without public subnets", () => {
    const network = new ExistingNetwork("net", { ...args, publicSubnetIds: undefined }, {});
    expect(network.publicSubnets).toBeUndefined();
  });

  it("has no place for more control planes than addresses", () => {
    const network = new ExistingNetwork("net", args, {});
    expect(() => network.controlPlane(4)).toThrow(
      new RangeError("there is no address for control plane 4: they are numbered 0 to 3"),
    );
  });
});

describe("what is wrong with an existing network", () => {
  const problems = (changes: Partial<ExistingNetworkArgs>, other: Partial<FoundNetwork> = {}): string[] =>
    existingNetworkProblems({ ...args, ...changes }, { ...found, ...other });

  it("is nothing when all is as it was said", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ publicSubnetIds: undefined }, { publics: [] })).toEqual([]);
  });

  it("is said all at once", () => {
    expect(
      problems(
        { controlPlaneAddresses: ["10.1.0.3", "10.1.1.255", "10.1.0.10", "10.1.0.10", "ten"] },
        {
          vpc: { ...vpc, enableDnsHostnames: false, enableDnsSupport: false },
          privates: [found.privates[0], found.privates[2], { ...found.privates[1], vpcId: "vpc-2" }],
        },
      ),
    ).toEqual([
      "vpc-1 has no DNS support; turn it on, as endpoints of AWS services need it",
      "vpc-1 has no DNS hostnames; turn it on, as endpoints of AWS services need it",
      "subnet-c is in the zone eu-central-1c; name one in eu-central-1b, as subnets are in the zones' order",
      "subnet-b is in vpc-2; name one of vpc-1",
      "subnet-b is in the zone eu-central-1b; name one in eu-central-1c, as subnets are in the zones' order",
      "the addresses of control planes are 10.1.0.3, 10.1.1.255, 10.1.0.10, 10.1.0.10, ten; name different ones",
      'control plane 0 cannot have the address "10.1.0.3"; name one from 10.1.0.4 to 10.1.0.254, of subnet-a',
      'control plane 1 cannot have the address "10.1.1.255"; name one from 10.1.2.4 to 10.1.2.254, of subnet-c',
      'control plane 2 cannot have the address "10.1.0.10"; name one from 10.1.1.4 to 10.1.1.254, of subnet-b',
      'control plane 4 cannot have the address "ten"; name one from 10.1.2.4 to 10.1.2.254, of subnet-c',
    ]);
  });

  it.each([0, 8])("is that there are %d addresses of control planes", (length) => {
    const controlPlaneAddresses = Array.from(
      { length },
      (_, index) => `10.1.${index % 3}.${10 + Math.floor(index / 3)}`,
    );
    expect(problems({ controlPlaneAddresses })).toEqual([
      `there are ${length} addresses of control planes; name 1 to 7`,
    ]);
  });

  it("is a zone that is named twice", () => {
    expect(
      problems(
        {
          zones: ["eu-central-1a", "eu-central-1a", "eu-central-1c"],
          privateSubnetIds: ["subnet-a", "subnet-a", "subnet-c"],
          publicSubnetIds: undefined,
        },
        { privates: [found.privates[0], found.privates[0], found.privates[2]], publics: [] },
      )[0],
    ).toBe("zones are eu-central-1a, eu-central-1a, eu-central-1c; name three different ones of the region");
  });
});
