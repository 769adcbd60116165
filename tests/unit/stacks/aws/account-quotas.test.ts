import { accountProblems } from "../../../../stacks/aws/account-checks";
import type { AccountFacts, Usage } from "../../../../stacks/aws/account-facts";
import { loadConfig } from "../../../../stacks/config";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] as const;
const unlimited: Usage = { all: 0, own: 0, limit: undefined };
const vcpusByType = { "m7i.large": 2, "m7i.xlarge": 4, "g5.xlarge": 4 };
const imageId = "ami-0a1b2c3d";

/** What is wrong with an environment that has three control planes of 2 vCPUs, in an account of some usage. */
function problems(
  usage: Partial<AccountFacts["usage"]>,
  pools: readonly object[],
  aws: object = {},
): string[] {
  const settings = {
    platform: "aws",
    controlPlane: { count: 3, instanceType: "m7i.large" },
    pools,
    aws: { region: "eu-central-1", images: { amd64: imageId }, ...aws },
  };
  const config = loadConfig("quotas", settings, { kubernetesVersions: ["1.36.3"] });
  if (config.aws === undefined) throw new Error("not on AWS");
  const facts: AccountFacts = {
    ...{ accountId: "123456789012", partition: "aws", zones, network: undefined, vpcCidrs: [] },
    ...{
      images: new Map([[imageId, { architecture: "amd64", rootDevice: undefined }]]),
      namesake: undefined,
    },
    types: new Map(
      Object.entries(vcpusByType).map(([type, vcpus]) => [type, { architecture: "amd64", vcpus, zones }]),
    ),
    usage: { vpcs: unlimited, addresses: unlimited, vcpus: unlimited, ...usage },
  };
  return accountProblems(config, config.aws, facts, "amd64").map(({ message }) => message);
}

const pool = (count: number, more: object = {}): object => ({
  ...{ name: "worker", count, instanceTypes: ["m7i.xlarge"] },
  ...more,
});
const vcpus = (all: number, limit: number, own = 0) => ({ vcpus: { all, own, limit } });
const passed = (limit: number, others: number, wanted: number): string =>
  `the account may have ${limit} vCPUs of on-demand instances in this region: others have ${others}, ` +
  `and this environment takes ${wanted}; raise the quota, or take less`;

describe("the quota of vCPUs", () => {
  it("counts control planes and pools, and what others have", () => {
    expect(problems(vcpus(18, 32), [pool(2)])).toEqual([]);
    expect(problems(vcpus(19, 32), [pool(2)])).toEqual([passed(32, 19, 14)]);
  });

  it("is not passed by what the environment has already", () => {
    expect(problems(vcpus(32, 32, 14), [pool(2)])).toEqual([]);
    expect(problems(vcpus(32, 32, 14), [pool(3)])).toEqual([passed(32, 18, 18)]);
  });

  it("is about a pool's machines on demand, not about its spot ones", () => {
    const spot = { onDemandBase: 1, onDemandPercent: 50 };
    expect(problems(vcpus(0, 17), [pool(4, { spot })])).toEqual([passed(17, 0, 18)]);
    expect(problems(vcpus(0, 6), [pool(4, { spot: {} })])).toEqual([]);
  });

  it("is not about families with a quota of their own", () => {
    expect(problems(vcpus(0, 6), [pool(4, { instanceTypes: ["g5.xlarge"] })])).toEqual([]);
  });

  it("is unknown where AWS does not tell", () => {
    expect(problems({ vcpus: { all: 1000, own: 0, limit: undefined } }, [pool(100)])).toEqual([]);
  });
});

test("the quota of addresses is about the NAT gateways of a VPC that is made", () => {
  const addresses = { all: 3, own: 0, limit: 5 };
  expect(problems({ addresses }, [pool(1)])).toEqual([
    "the account may have 5 Elastic IP addresses in this region: others have 3, and this environment takes 3; raise the quota, or take less",
  ]);
  expect(problems({ addresses }, [pool(1)], { natPerZone: false })).toEqual([]);
});
