import { gunzipSync } from "node:zlib";

import { newCertificateAuthority } from "../../../../components/pki/certificate-authority";
import { newKeyPair } from "../../../../components/pki/key-pair";
import { AwsMachines } from "../../../../components/machines/aws";
import type { AccountFacts, TypeFacts } from "../../../../stacks/aws/account-facts";
import { awsEnvironment } from "../../../../stacks/aws-environment";
import type { CheckedConfig } from "../../../../stacks/aws/checked-config";
import { loadConfig } from "../../../../stacks/config";
import { stackSettings } from "../../../support/aws/stack-settings";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

jest.setTimeout(120_000);

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] as const;
const amd64: TypeFacts = { architecture: "amd64", vcpus: 2, zones };
const usage = { all: 0, own: 0, limit: undefined };
const vpcId = "vpc-0a1b2c3d";

function factsOf(types: readonly string[]): AccountFacts {
  return {
    accountId: "123456789012",
    partition: "aws",
    zones,
    types: new Map(
      types.map((type) => [type, type.includes("g.") ? { ...amd64, architecture: "arm64" as const } : amd64]),
    ),
    images: new Map([["ami-0a1b2c3d", { architecture: "amd64", rootDevice: "/dev/sda1" }]]),
    network: undefined,
    vpcCidrs: [],
    namesake: undefined,
    usage: { vpcs: usage, addresses: usage, vcpus: usage },
  };
}

const machineFiles = { key: "0a5186d48e00-amd64", archive: __filename, sha256: "ab".repeat(32) };

function checked(name: string, settings: Readonly<Record<string, unknown>>): CheckedConfig {
  const config = loadConfig(name, settings, { kubernetesVersions: ["1.36.3"] });
  const { aws } = config;
  if (aws === undefined) throw new Error("not on AWS");
  const types = [aws.controlPlane.instanceType, ...aws.pools.flatMap((pool) => pool.instanceTypes)];
  const facts = factsOf(types);
  return { config, aws, facts, ...(aws.machineFiles === "bucket" && { machineFiles }) };
}

/** What an existing VPC's look-ups find. */
function lookUp(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (token.startsWith("aws:ec2/getVpc:")) {
    return { ...inputs, cidrBlock: "10.50.0.0/16", enableDnsSupport: true, enableDnsHostnames: true };
  }
  const number = Number(String(inputs.id).slice(-1));
  return {
    ...inputs,
    vpcId,
    availabilityZone: zones[number % 3],
    cidrBlock: `10.50.${number * 16}.0/20`,
  };
}

const stacks = new Map<string, Promise<Registered[]>>();

/** What a stack registers; each is made once, as it takes seconds. */
function stack(name: string, settings: Readonly<Record<string, unknown>>): Promise<Registered[]> {
  const key = JSON.stringify([name, settings]);
  const made = stacks.get(key) ?? register(name, settings);
  stacks.set(key, made);
  return made;
}

async function register(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  identity: Readonly<Record<string, Record<string, unknown>>> = {},
): Promise<Registered[]> {
  // There is no account to be asked for machines.
  jest.spyOn(AwsMachines.prototype, "live").mockResolvedValue([]);
  recordResources({
    preview: true,
    outputs: {
      ...identity,
      "aws:ec2/vpc:Vpc": { arn: "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1", ownerId: "123456789012" },
    },
    lookUp,
  });
  const login = {
    address: "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    configFile: "/tmp/config.json",
  };
  return registeredBy((options) => awsEnvironment(checked(name, settings), "us", login, backups, options));
}

const backups = { recipient: "age1recipient", restored: undefined };

const minimal = {
  platform: "aws",
  aws: { region: "eu-central-1", images: { amd64: "ami-0a1b2c3d", arm64: "ami-1a2b3c4d" } },
};
const withAws = (aws: object, more: object = {}) => ({
  ...minimal,
  ...more,
  aws: { ...minimal.aws, ...aws },
});

/** How many of some kinds there are. */
function counts(resources: readonly Registered[], ...types: string[]): number[] {
  const all = countByType(resources);
  return types.map((type) => all[type] ?? 0);
}

const instance = "aws:ec2/instance:Instance";
const volume = "aws:ebs/volume:Volume";
const group = "aws:autoscaling/group:Group";
const template = "aws:ec2/launchTemplate:LaunchTemplate";
const natGateway = "aws:ec2/natGateway:NatGateway";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const balancer = "aws:lb/loadBalancer:LoadBalancer";
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";
const bucket = "aws:s3/bucket:Bucket";
const repository = "aws:ecr/repository:Repository";
const kinds = [instance, volume, group, natGateway, endpoint, balancer, alarm, bucket, repository];

describe("an environment on AWS", () => {
  it.each([
    ["the least that a file can say", "dev", minimal, [1, 1, 1, 3, 6, 1, 9, 2, 9]],
    ["staging, the small one", "staging", stackSettings("staging"), [1, 1, 1, 1, 6, 1, 9, 2, 9]],
    ["prod", "prod", stackSettings("prod"), [3, 3, 2, 3, 6, 1, 17, 2, 9]],
    [
      "a large one: seven control planes and fifteen pools",
      "big",
      {
        ...minimal,
        controlPlane: { count: 7 },
        networks: { pods: "10.192.0.0/12", services: "10.96.0.0/16" },
        pools: Array.from({ length: 15 }, (_, index) => ({ name: `pool-${index}`, count: 20 })),
      },
      [7, 7, 15, 3, 6, 1, 47, 2, 9],
    ],
    [
      "a public API, with a second load balancer",
      "open",
      withAws({ access: "public", allowedCidrs: ["203.0.113.0/24"] }),
      [1, 1, 1, 3, 6, 2, 9, 2, 9],
    ],
    ["a private one", "inside", withAws({ access: "vpc" }), [1, 1, 1, 3, 6, 1, 9, 2, 9]],
  ])("as %s has what it says", async (_, name, settings, expected) => {
    expect(counts(await stack(name, settings), ...kinds)).toEqual(expected);
  });

  it("in a VPC that is there makes no network, and puts machines where it is told", async () => {
    const vpc = {
      id: vpcId,
      privateSubnets: ["subnet-00000000", "subnet-00000001", "subnet-00000002"],
      controlPlaneAddresses: ["10.50.0.20"],
    };
    const resources = await stack("dev", withAws({ vpc, zones }));
    expect(counts(resources, "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", natGateway, endpoint)).toEqual([
      0, 0, 0, 0,
    ]);
    expect(inputsOf(resources, instance)).toMatchObject({
      subnetId: "subnet-00000000",
      privateIp: "10.50.0.20",
    });
    expect(inputsOf(resources, group)).toMatchObject({ vpcZoneIdentifiers: vpc.privateSubnets });
  });

  it("of prepared images has no bucket for machines' files, and their documents fetch none", async () => {
    const fetches = async (aws: object): Promise<boolean> => {
      const [found] = (await stack("dev", withAws(aws))).filter(({ type }) => type === template);
      const userData = String(found?.inputs.userData);
      return gunzipSync(Buffer.from(userData, "base64")).includes("slipway-fetch-machine-files");
    };
    expect(counts(await stack("dev", withAws({ machineFiles: "image" })), bucket)).toEqual([1]);
    expect([await fetches({ machineFiles: "image" }), await fetches({})]).toEqual([false, true]);
  });

  it("gives each architecture its image", async () => {
    const pools = [
      { name: "worker", count: 2 },
      {
        name: "arm",
        count: 1,
        instanceTypes: ["m7g.large"],
        taints: [{ key: "arch", value: "arm64", effect: "NoSchedule" }],
      },
    ];
    const resources = await stack("dev", { ...minimal, pools });
    expect(inputsOf(resources, instance)).toMatchObject({ ami: "ami-0a1b2c3d" });
    expect(inputsOf(resources, template, "dev-worker")).toMatchObject({ imageId: "ami-0a1b2c3d" });
    expect(inputsOf(resources, template, "dev-arm")).toMatchObject({ imageId: "ami-1a2b3c4d" });
    const disks = ["dev-worker", "dev-arm"].map((name) => inputsOf(resources, template, name));
    expect(disks).toMatchObject([
      { blockDeviceMappings: [{ deviceName: "/dev/sda1" }] },
      { blockDeviceMappings: [{ deviceName: "/dev/xvda" }] },
    ]);
  });

  it("buys on the spot market what it is told to, of several types", async () => {
    const resources = await stack("prod", stackSettings("prod"));
    expect(inputsOf(resources, group, "prod-batch")).toMatchObject({
      ...{ name: "slipway-prod-batch", minSize: 0, maxSize: 12, desiredCapacity: 1, capacityRebalance: true },
      mixedInstancesPolicy: {
        launchTemplate: {
          overrides: ["m7i.xlarge", "m6i.xlarge", "m6a.xlarge", "m5.xlarge"].map((instanceType) => ({
            instanceType,
          })),
        },
        instancesDistribution: { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 20 },
      },
    });
    expect(inputsOf(resources, group, "prod-general")).toMatchObject({
      ...{ minSize: 3, maxSize: 9, desiredCapacity: 3, capacityRebalance: false },
      mixedInstancesPolicy: { instancesDistribution: { onDemandPercentageAboveBaseCapacity: 100 } },
    });
  });

  it("rolls the control planes, and them alone, to a phase of the key that encrypts Secrets", async () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    const other = { key: Buffer.alloc(32, 8).toString("base64"), generation: 2 };
    const resources = await register("dev", minimal, {
      "pulumi-nodejs:dynamic/pki:CertificateAuthority": {
        ...(await newCertificateAuthority({ commonName: "test", years: 1 })),
      },
      "pulumi-nodejs:dynamic/pki:KeyPair": { ...(await newKeyPair()) },
      "pulumi-nodejs:dynamic/pki:EncryptionKey": { key, phase: "trust", generation: 1, other },
    });
    const document = (type: string, input: string): string => {
      const { inputs } = resources.find((each) => each.type === type) ?? { inputs: {} };
      return gunzipSync(Buffer.from(String((inputs as Record<string, unknown>)[input]), "base64")).toString();
    };
    const controlPlane = document(instance, "userDataBase64");
    expect(controlPlane).toContain("IDENTITY='encryption-key-1-trust'");
    expect(controlPlane).not.toContain(other.key);
    expect(document(template, "userData")).not.toContain("IDENTITY");
  });

  it("has a guard that all that there is outlives", async () => {
    expect(counts(await stack("prod", stackSettings("prod")), "slipway:stacks:DeletionGuard")).toEqual([1]);
  });

  it.each([
    ["prod", true],
    ["staging", false],
  ] as const)("of %s protects what cannot be made again: %s", async (name, isProtected) => {
    const resources = await stack(name, stackSettings(name));
    expect(inputsOf(resources, balancer)).toMatchObject({ enableDeletionProtection: isProtected });
    expect(inputsOf(resources, instance, `${name}-control-plane-0`)).toMatchObject({
      disableApiTermination: isProtected,
    });
    expect(inputsOf(resources, bucket, `${name}-backups`)).toMatchObject({ forceDestroy: !isProtected });
    expect(inputsOf(resources, repository, `${name}-images-catalog`)).toMatchObject({
      forceDelete: !isProtected,
    });
  });

  it.each([
    ["tunnel", { access: "tunnel" }],
    ["vpc", { access: "vpc" }],
  ])("has an ingress that the VPC alone reaches unless it is public, with access %s", async (_, settings) => {
    const type = "kubernetes:core/v1:Service";
    const annotation = "service.beta.kubernetes.io/aws-load-balancer-internal";
    const annotations = async (aws: object) =>
      inputsOf(
        await stack("dev", { ...withAws(aws), hosts: ["shop.example.org"] }),
        type,
        "dev-platform-ingress",
      ).metadata.annotations;
    expect(await annotations(settings)).toMatchObject({ [annotation]: "true" });
    expect(await annotations({ ...settings, ingress: "public" })).not.toHaveProperty([annotation]);
  });

  it("gives GitHub's workflows roles when it is told which", async () => {
    const gitHub = {
      repository: "acme/shop",
      environment: "production",
      stateBucket: "acme-state",
      permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
    };
    const type = "slipway:machines:AwsGitHubAccess";
    expect(counts(await stack("dev", withAws({ gitHub })), type)).toEqual([1]);
    expect(counts(await stack("dev", minimal), type)).toEqual([0]);
  });

  it("tags all that can have tags as its own", async () => {
    const tagged = (await stack("prod", stackSettings("prod"))).filter(
      ({ type, inputs }) => type.startsWith("aws:") && inputs.tags !== undefined && type !== group,
    );
    expect(tagged.length).toBeGreaterThan(60);
    for (const { inputs } of tagged) {
      expect(inputs.tags).toMatchObject({ "slipway.environment": "prod", "slipway.owner": "us" });
    }
  });
});
