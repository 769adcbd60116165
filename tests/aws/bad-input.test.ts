import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { checkedConfig } from "../../stacks/aws-program";
import { ConfigurationError } from "../../stacks/config";
import { Moto } from "../support/aws/moto";
import { motoImage, stackSettings } from "../support/aws/stack-settings";
import { TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(2));

const region = "eu-central-1";
const prod = stackSettings("prod");
const owner = "tests";
/** Another of moto's images. */
const armImage = "ami-0e9271c829888680e";

/** The settings of prod with some that are about AWS alone set otherwise; `undefined` leaves one out. */
const withAws = (aws: object, more: object = {}) => ({ ...prod, ...more, aws: { ...prod.aws, ...aws } });
const pools = (pool: object) => ({ pools: [{ name: "worker", count: 2, ...pool }] });

interface BadInput {
  readonly what: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly line: RegExp | string;
}

/** What moto, which answers like AWS, is asked about. Its accounts have one VPC of their own, and may have five. */
const refused: readonly BadInput[] = [
  {
    what: "no region",
    settings: withAws({ region: undefined, zones: undefined }),
    line: "slipway:aws.region: is missing; write one such as eu-central-1",
  },
  {
    what: "a region without three zones",
    settings: withAws({ region: "us-west-1", zones: undefined }),
    line: /^slipway:aws.region: us-west-1 has 2 zones for this account, us-west-1a and us-west-1[bc]; write a region with three$/,
  },
  {
    what: "a zone that there is not",
    settings: withAws({ zones: ["eu-central-1a", "eu-central-1b", "eu-central-1f"] }),
    line: "slipway:aws.zones: eu-central-1f: this account has no such zone; write three of eu-central-1a, eu-central-1b, eu-central-1c",
  },
  {
    what: "an unknown instance type",
    settings: withAws({}, { controlPlane: { count: 3, instanceType: "m99.large" } }),
    line: 'slipway:controlPlane.instanceType: "m99.large" is no instance type of eu-central-1; write one that it has',
  },
  {
    what: "an unknown instance type of a pool",
    settings: withAws({}, pools({ instanceTypes: ["m7i.large", "m7i.larger"] })),
    line: 'slipway:pools[0].instanceTypes[1]: "m7i.larger" is no instance type of eu-central-1; write one that it has',
  },
  {
    what: "control planes of another architecture than this host",
    settings: withAws(
      { images: { arm64: armImage } },
      { controlPlane: { instanceType: "m7g.large" }, pools: [] },
    ),
    line: 'slipway:controlPlane.instanceType: "m7g.large" is arm64, and images are built on this host, for amd64; write a type of amd64, or run this on a host of arm64',
  },
  {
    what: "a pool of another architecture, where other pods would go too",
    settings: withAws(
      { images: { amd64: motoImage, arm64: armImage }, machineFiles: "image" },
      pools({ instanceTypes: ["m7g.large"] }),
    ),
    line: 'slipway:pools[0].instanceTypes: ["m7g.large"] are arm64, and images are built on this host, for amd64; write types of amd64, or slipway:pools[0].taints that keep other pods away',
  },
  {
    what: "a pool of another architecture than the files that machines are made of",
    settings: withAws(
      { images: { amd64: motoImage, arm64: armImage } },
      pools({ instanceTypes: ["m7g.large"], taints: [{ key: "arch", effect: "NoSchedule" }] }),
    ),
    line: 'slipway:pools[0].instanceTypes: ["m7g.large"] are arm64, and machines\' files are made on this host, for amd64; write types of amd64, or slipway:aws.machineFiles: image and prepared images',
  },
  {
    what: "a pool of two architectures",
    settings: withAws(
      { images: { amd64: motoImage, arm64: armImage } },
      pools({ instanceTypes: ["m7i.large", "m7g.large"] }),
    ),
    line: 'slipway:pools[0].instanceTypes: ["m7i.large","m7g.large"] are of two architectures, and have one image; write types of one, and another pool',
  },
  {
    what: "no image of an architecture",
    settings: withAws(
      { machineFiles: "image" },
      pools({ instanceTypes: ["m7g.large"], taints: [{ key: "arch", effect: "NoSchedule" }] }),
    ),
    line: "slipway:aws.images.arm64: is missing, and m7g.large is arm64; write an image of it, such as ami-0a1b2c3d",
  },
  {
    what: "an image that does not exist",
    settings: withAws({ images: { amd64: "ami-00000000000000000" } }),
    line: 'slipway:aws.images.amd64: "ami-00000000000000000" is no image that this account can start in eu-central-1; write one that is there',
  },
  {
    what: "an image of another architecture",
    settings: withAws({ images: { amd64: armImage } }),
    line: `slipway:aws.images.amd64: "${armImage}" is an image for arm64; write one for amd64`,
  },
  {
    what: "a network that is too small",
    settings: withAws({}, { networks: { machines: "10.20.0.0/24" } }),
    line: 'slipway:networks.machines: "10.20.0.0/24" is too small for a VPC; write a network of /16 to /22',
  },
  {
    what: "a network without room for all machines",
    settings: withAws(
      {},
      { networks: { machines: "10.20.0.0/22", pods: "10.128.0.0/12" }, ...pools({ count: 400, max: 900 }) },
    ),
    line: 'slipway:networks.machines: "10.20.0.0/22" has room for 720 machines of pools, not 900; write a larger network, or fewer as max',
  },
  {
    what: "a network that overlaps the pods'",
    settings: withAws({}, { networks: { machines: "10.244.0.0/16" } }),
    line: 'slipway:networks.machines: "10.244.0.0/16" overlaps slipway:networks.pods 10.244.0.0/16; write a network apart from it',
  },
  {
    what: "user data that is too long",
    settings: withAws({}, pools({ labels: manyLabels() })),
    line: /^slipway:pools\[0\].labels: the user data of pool worker is \d+ bytes after gzip; EC2 takes at most 16384\. /,
  },
  {
    what: "public access from nobody in particular",
    settings: withAws({ access: "public" }),
    line: "slipway:aws.allowedCidrs: is missing; write the networks that may reach the API, such as [203.0.113.0/24]",
  },
  {
    what: "the whole internet, not said twice",
    settings: withAws({ access: "public", allowedCidrs: ["0.0.0.0/0"] }),
    line: 'slipway:aws.allowedCidrs[0]: "0.0.0.0/0" lets the whole internet try; write networks of your own, or say it twice with slipway:aws.wholeInternet: true',
  },
  {
    what: "a VPC that is not there",
    settings: withAws(existing({ id: "vpc-0123456789abcdef0" }), { networks: {} }),
    line: 'slipway:aws.vpc.id: "vpc-0123456789abcdef0" is no VPC of this account in eu-central-1; write one that is there',
  },
  {
    what: "one VPC more than the account may have",
    settings: withAws({ region: "eu-west-1", zones: undefined }),
    line: "AWS: the account may have 5 VPCs in this region: others have 5, and this environment takes 1; raise the quota, or take less",
  },
];

function manyLabels(): Record<string, string> {
  // What gzip finds nothing in.
  const text = (seed: string): string => createHash("sha256").update(seed).digest("hex").slice(0, 60);
  return Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [text(`key ${index}`), text(`value ${index}`)]),
  );
}

function existing(vpc: object): object {
  const privateSubnets = ["subnet-00000000", "subnet-00000001", "subnet-00000002"];
  const controlPlaneAddresses = ["10.50.0.20", "10.50.16.20", "10.50.32.20"];
  return {
    natPerZone: undefined,
    flowLogDays: undefined,
    vpc: { privateSubnets, controlPlaneAddresses, ...vpc },
  };
}

/** What checking says is wrong, without the heading. */
async function problemsOf(name: string, settings: Readonly<Record<string, unknown>>): Promise<string[]> {
  const refusal = await checkedConfig(name, settings, owner).then(
    () => new Error("the settings were taken"),
    (error: unknown) => error,
  );
  if (!(refusal instanceof ConfigurationError)) throw refusal;
  return refusal.problems.map(({ setting, message }) => `${setting}: ${message}`);
}

/** Sets the variables of AWS' clients; `undefined` takes one away. */
function setVariables(variables: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

let moto: Moto;
const before = { ...process.env };

beforeAll(async () => {
  moto = await Moto.start();
  setVariables(moto.variables);
  const { CreateVpcCommand, EC2Client } = await import("@aws-sdk/client-ec2");
  const ireland = new EC2Client({ region: "eu-west-1" });
  for (const second of [1, 2, 3, 4])
    await ireland.send(new CreateVpcCommand({ CidrBlock: `10.${second}.0.0/16` }));
});

afterAll(async () => {
  setVariables({ ...moto.variables, ...before });
  await moto.stop();
});

describe("bad input is refused with one line", () => {
  it.each(refused.map((bad) => [bad.what, bad] as const))("%s", async (_, { settings, line }) => {
    const problems = await problemsOf("prod", settings);
    expect(problems).toHaveLength(1);
    if (typeof line === "string") expect(problems).toEqual([line]);
    else expect(problems[0]).toMatch(line);
  });

  it("a VPC that will not do, with all that it lacks", async () => {
    const { CreateSubnetCommand, CreateVpcCommand, EC2Client } = await import("@aws-sdk/client-ec2");
    const ec2 = new EC2Client({ region });
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.50.0.0/16" }));
    const id = Vpc?.VpcId ?? "";
    const subnets = [0, 1, 2].map(async (zone) => {
      const place = { VpcId: id, CidrBlock: `10.50.${zone * 16}.0/20`, AvailabilityZone: `${region}a` };
      return (await ec2.send(new CreateSubnetCommand(place))).Subnet?.SubnetId ?? "";
    });
    const vpc = { id, privateSubnets: await Promise.all(subnets) };
    const settings = withAws(existing(vpc), { networks: { pods: "10.50.0.0/16" } });
    const problems = await problemsOf("prod", settings);
    expect(problems).toEqual([
      `slipway:networks.pods: "10.50.0.0/16" overlaps 10.50.0.0/16 of ${id}; write a network apart from it`,
      expect.stringContaining(`${id} has no DNS hostnames; turn it on`),
      expect.stringContaining("is in the zone eu-central-1a; name one in eu-central-1b"),
      expect.stringContaining("is in the zone eu-central-1a; name one in eu-central-1c"),
    ]);
  });

  it("an environment of another stack that has the name", async () => {
    const { CreateTagsCommand, CreateVpcCommand, EC2Client } = await import("@aws-sdk/client-ec2");
    const ec2 = new EC2Client({ region });
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.60.0.0/16" }));
    const Tags = [
      { Key: "slipway.environment", Value: "taken" },
      { Key: "slipway.owner", Value: "others" },
    ];
    await ec2.send(new CreateTagsCommand({ Resources: [Vpc?.VpcId ?? ""], Tags }));
    expect(await problemsOf("taken", prod)).toEqual([
      `stack name: "taken" is an environment of another stack in account 123456789012, with ${Vpc?.VpcId ?? ""}; use another name, or take that one down`,
    ]);
  });
});

describe("where AWS tells nothing", () => {
  const withAnswer = async (status: number, code: string, message: string): Promise<string[]> => {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    const server: Server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "text/xml" }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    setVariables({ AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    try {
      return await problemsOf("prod", prod);
    } finally {
      server.close();
    }
  };

  afterEach(() => {
    setVariables(moto.variables);
  });

  it("says that there are no credentials", async () => {
    setVariables({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    expect(await problemsOf("prod", prod)).toEqual([
      "AWS: there are no credentials; sign in, as with aws sso login, and export AWS_PROFILE, or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ]);
  });

  it("says that they have expired", async () => {
    const message = "The security token included in the request is expired";
    expect(await withAnswer(403, "ExpiredToken", message)).toEqual([
      `AWS: the credentials have expired, "ExpiredToken: ${message}"; sign in, as with aws sso login, and export AWS_PROFILE again`,
    ]);
  });

  it("says that they are refused", async () => {
    const message = "The security token included in the request is invalid.";
    expect(await withAnswer(403, "InvalidClientTokenId", message)).toEqual([
      `AWS: it refuses the credentials, "InvalidClientTokenId: ${message}"; sign in, as with aws sso login, and export AWS_PROFILE, or correct the ones that are exported`,
    ]);
  });

  it("says that nothing answers", async () => {
    setVariables({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
    const [problem = "", ...others] = await problemsOf("prod", prod);
    expect(others).toEqual([]);
    expect(problem).toMatch(
      /^AWS: nothing answers in eu-central-1, ".*ECONNREFUSED.*"; correct slipway:aws.region, or this host's way to the internet$/,
    );
  });
});

test("everything that is wrong is said at once, by a preview that makes nothing", async () => {
  const settings = withAws(
    { access: "public", images: { amd64: "ami-00000000000000000" }, zones: undefined, region: "us-west-1" },
    { networks: { pods: "10.20.0.0/16" }, gitops: {} },
  );
  const environment = new TestEnvironment(settings);
  await environment.create();
  try {
    const had = await moto.contents("us-west-1");
    const { output, failed } = await environment.pulumiWith(
      moto.variables,
      "up",
      "--yes",
      "--skip-preview",
      "--color",
      "never",
    );
    expect(failed).toBe(true);
    const lines = output.split("\n").filter((line) => /^ +(slipway:|AWS)/.test(line));
    expect(lines.map((line) => line.trim().replace(/: .*/, ""))).toEqual([
      "slipway:gitops",
      "slipway:aws.allowedCidrs",
      "slipway:aws.region",
      "slipway:aws.images.amd64",
    ]);
    expect(await moto.contents("us-west-1")).toEqual(had);
  } finally {
    await environment.destroy();
  }
});
