import type { BadConfiguration } from "./bad-configuration";

const good = { region: "eu-central-1", images: { amd64: "ami-0a1b2c3d" } };
const vpc = {
  id: "vpc-0a1b2c3d",
  privateSubnets: ["subnet-0a1b2c3d", "subnet-1a2b3c4d", "subnet-2a3b4c5d"],
  controlPlaneAddresses: ["10.50.0.20"],
};
const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

function onAws(aws: object, line: string, more: object = {}): BadConfiguration {
  return { settings: { platform: "aws", ...more, aws: { ...good, ...aws } }, line };
}

/** With a pool of these settings. */
function withPool(pool: object, line: string): BadConfiguration {
  return onAws({}, line, { pools: [pool] });
}

/** What is wrong with settings of AWS without anybody asking AWS. */
export const aws: readonly BadConfiguration[] = [
  {
    settings: { platform: "azure" },
    line: 'slipway:platform: "azure" is not a platform; write docker or aws',
  },
  {
    settings: { aws: good },
    line: "slipway:aws: is for the platform aws; leave it out, or write slipway:platform: aws",
  },
  {
    settings: { pools: [{ instanceTypes: ["m7i.large"] }] },
    line: "slipway:pools[0].instanceTypes: is for the platform aws; leave it out, or write slipway:platform: aws",
  },
  onAws({}, "slipway:gitops: is for the platform docker; leave it out, or write slipway:platform: docker", {
    gitops: {},
  }),
  onAws(
    {},
    "slipway:ports.shop: is for the platform docker; leave it out, or write slipway:platform: docker",
    {
      ports: { shop: 8080 },
    },
  ),
  withPool(
    { cpus: 2 },
    "slipway:pools[0].cpus: is for the platform docker; leave it out, or write slipway:platform: docker",
  ),
  onAws({ region: undefined }, "slipway:aws.region: is missing; write one such as eu-central-1"),
  onAws(
    { region: "Frankfurt" },
    'slipway:aws.region: "Frankfurt" is not a region; write one such as eu-central-1',
  ),
  onAws(
    { images: undefined },
    "slipway:aws.images: is missing; write the machines' images, such as {amd64: ami-0a1b2c3d}",
  ),
  onAws(
    { images: { amd64: "debian-12" } },
    'slipway:aws.images.amd64: "debian-12" is not an image\'s id; write one such as ami-0a1b2c3d',
  ),
  onAws(
    { machineFiles: "s3" },
    'slipway:aws.machineFiles: "s3" is not where machines have their files from; write bucket or image',
  ),
  onAws(
    { zones: zones.slice(1) },
    'slipway:aws.zones: ["eu-central-1b","eu-central-1c"] is not a list of three zones; write one such as [eu-central-1a, eu-central-1b, eu-central-1c]',
  ),
  onAws(
    { zones: ["eu-central-1a", "eu-central-1a", "eu-central-1c"] },
    'slipway:aws.zones: ["eu-central-1a","eu-central-1a","eu-central-1c"] has a zone twice; write three different ones',
  ),
  onAws(
    { zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] },
    'slipway:aws.zones: "eu-west-1a" is no zone of slipway:aws.region eu-central-1; write zones of it',
  ),
  onAws({ access: "ssh" }, 'slipway:aws.access: "ssh" is not a way to the API; write tunnel, vpc or public'),
  onAws(
    { access: "public" },
    "slipway:aws.allowedCidrs: is missing; write the networks that may reach the API, such as [203.0.113.0/24]",
  ),
  onAws(
    { allowedCidrs: ["203.0.113.0/24"] },
    "slipway:aws.allowedCidrs: is for slipway:aws.access: public; leave it out",
  ),
  onAws(
    { access: "public", allowedCidrs: ["203.0.113.7/24"] },
    'slipway:aws.allowedCidrs[0]: "203.0.113.7/24" is not an IPv4 network in CIDR form; write one without host bits, such as 203.0.113.0/24',
  ),
  ...["0.0.0.0/0", "128.0.0.0/1"].map((cidr) =>
    onAws(
      { access: "public", allowedCidrs: [cidr] },
      `slipway:aws.allowedCidrs[0]: "${cidr}" lets the whole internet try; write networks of your own, or say it twice with slipway:aws.wholeInternet: true`,
    ),
  ),
  onAws(
    { wholeInternet: true },
    "slipway:aws.wholeInternet: is for slipway:aws.access: public; leave it out",
  ),
  onAws(
    { ingress: "none" },
    'slipway:aws.ingress: "none" is not who reaches the ingress; write internal or public',
  ),
  onAws(
    { alarmEmails: ["nobody"] },
    'slipway:aws.alarmEmails[0]: "nobody" is not an e-mail address; write one such as on-call@example.com',
  ),
  onAws(
    { alarmEmails: ["a@example.com", "a@example.com"] },
    'slipway:aws.alarmEmails: "a@example.com" is there twice; leave one out',
  ),
  onAws({ natPerZone: "yes" }, 'slipway:aws.natPerZone: "yes" is neither yes nor no; write true or false'),
  onAws(
    { flowLogDays: 2 },
    "slipway:aws.flowLogDays: 2 is not a time that CloudWatch keeps logs; write one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
  ),
  onAws(
    { vpc: { ...vpc, id: "my-vpc" }, zones },
    'slipway:aws.vpc.id: "my-vpc" is not a VPC\'s id; write one such as vpc-0a1b2c3d',
  ),
  onAws({ vpc }, "slipway:aws.zones: is missing; write the zones of the subnets, in their order"),
  onAws(
    { vpc: { ...vpc, controlPlaneAddresses: undefined }, zones },
    "slipway:aws.vpc.controlPlaneAddresses: there are 0 for 1 control planes; write one for each, free ones of the private subnets in turn",
  ),
  onAws(
    { vpc, zones, access: "public", allowedCidrs: ["203.0.113.0/24"] },
    "slipway:aws.vpc.publicSubnets: is missing; write a subnet of each zone for the public load balancer, in the zones' order",
  ),
  onAws(
    { vpc, zones, natPerZone: true },
    "slipway:aws.natPerZone: is for a VPC of the environment's own; leave it out, or slipway:aws.vpc",
  ),
  onAws(
    { deletionProtection: "on" },
    'slipway:aws.deletionProtection: "on" is neither yes nor no; write true or false',
  ),
  onAws(
    { backups: { lockedDays: 40 } },
    "slipway:aws.backups.keptDays: 35 is not more than slipway:aws.backups.lockedDays 40; write more",
  ),
  onAws(
    { gitHub: { repository: "acme/shop", branch: "main", stateBucket: "acme-state" } },
    "slipway:aws.gitHub.permissionsBoundary: is missing; write the ARN of a policy that bounds every role: without it a deployer makes itself a role with any right",
  ),
  onAws(
    { ingress: "public" },
    'slipway:aws.ingress: "public" is without TLS as long as there are no slipway:hosts; write the shop\'s host names there, or internal',
  ),
  onAws(
    {
      gitHub: {
        repository: "acme/shop",
        stateBucket: "acme-state",
        permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
      },
    },
    "slipway:aws.gitHub.environment: is missing; write the GitHub environment that may deploy, or a branch as slipway:aws.gitHub.branch",
  ),
  onAws(
    { gitHub: { repository: "acme", branch: "main", stateBucket: "acme-state" } },
    'slipway:aws.gitHub.repository: "acme" is not a repository; write one such as organization/repository',
  ),
  onAws(
    {},
    'slipway:networks.machines: "10.20.0.0/24" is too small for a VPC; write a network of /16 to /22',
    { networks: { machines: "10.20.0.0/24" } },
  ),
  onAws(
    {},
    'slipway:networks.machines: "10.20.0.0/22" has room for 720 machines of pools, not 900; write a larger network, or fewer as max',
    { networks: { machines: "10.20.0.0/22", pods: "10.128.0.0/12" }, pools: [{ max: 900 }] },
  ),
  onAws(
    {},
    'slipway:controlPlane.instanceType: "large" is not an instance type; write one such as m7i.large',
    {
      controlPlane: { instanceType: "large" },
    },
  ),
  onAws(
    {},
    'slipway:controlPlane.etcdVolume: "20G" is not a volume\'s size; write whole GiB from 8Gi to 16384Gi',
    {
      controlPlane: { etcdVolume: "20G" },
    },
  ),
  withPool(
    { instanceTypes: [] },
    "slipway:pools[0].instanceTypes: [] is not a list of instance types; write one such as [m7i.large, m6i.large]",
  ),
  withPool({ min: 3 }, "slipway:pools[0].min: 3 is more than slipway:pools[0].count 2; write at most that"),
  withPool({ max: 1 }, "slipway:pools[0].max: 1 is less than slipway:pools[0].count 2; write at least that"),
  withPool(
    { spot: { onDemandPercent: 101 } },
    "slipway:pools[0].spot.onDemandPercent: 101 is not a percentage; write a whole number from 0 to 100",
  ),
  withPool(
    { spot: { onDemandBase: 5 } },
    "slipway:pools[0].spot.onDemandBase: 5 is more than slipway:pools[0].max 4; write at most that",
  ),
  withPool(
    { rootVolume: "4Gi" },
    'slipway:pools[0].rootVolume: "4Gi" is not a volume\'s size; write whole GiB from 8Gi to 16384Gi',
  ),
  {
    stackName: "a-long-name-x",
    ...onAws(
      {},
      'stack name: "a-long-name-x" is too long on AWS; write at most 11 characters, as load balancers\' names have 32',
    ),
  },
];
