import { subnetPlan, vpcPrefix } from "../../components/machines/aws/network/subnet-plan";
import { networkSize, parseCidr } from "../../components/checks/cidr";
import type { AwsConfig, ExistingVpcConfig } from "./aws-config";
import type { EnvironmentConfig } from "./environment-config";
import { awsPath, between, type CrossProblem, settingPath, shown, stackNameSetting } from "./problems";
import type { Settings } from "./schema";

const machines = settingPath(["networks", "machines"]);

/** What is wrong between settings of an environment on AWS, and what there has to be. */
export function awsChecks(config: EnvironmentConfig, aws: AwsConfig, settings: Settings): CrossProblem[] {
  return [
    ...missing(aws.region === "", "region", "one such as eu-central-1"),
    ...missing(
      Object.keys(aws.images).length === 0,
      "images",
      "the machines' images, such as {amd64: ami-0a1b2c3d}",
    ),
    ...longName(config.name),
    ...zoneProblems(aws),
    ...accessProblems(aws, settings),
    ...(aws.vpc.kind === "own"
      ? ownVpcProblems(config, aws)
      : existingVpcProblems(config, aws, aws.vpc, settings)),
    ...poolProblems(config, aws),
    ...openIngress(config, aws),
    ...alarmProblems(aws),
    ...backupProblems(aws),
    ...gitHubProblems(settings),
  ];
}

function missing(isMissing: boolean, path: string, advice: string): CrossProblem[] {
  return isMissing ? [between(`is missing; write ${advice}`, awsPath(...path.split(".")))] : [];
}

/** Pulumi makes load balancers' names of a name, `-api-internal-` and seven random characters. */
const longestName = 11;

function longName(name: string): CrossProblem[] {
  const message = `${shown(name)} is too long on AWS; write at most ${longestName} characters, as load balancers' names have 32`;
  return name.length > longestName ? [between(message, stackNameSetting)] : [];
}

/** Cards and cookies would be in clear on the internet. */
function openIngress({ hosts }: EnvironmentConfig, { ingress }: AwsConfig): CrossProblem[] {
  if (ingress !== "public" || hosts.length > 0) return [];
  const names = settingPath(["hosts"]);
  return [
    between(
      `"public" is without TLS as long as there are no ${names}; write the shop's host names there, or internal`,
      awsPath("ingress"),
      names,
    ),
  ];
}

function zoneProblems({ zones, region }: AwsConfig): CrossProblem[] {
  if (zones === undefined) return [];
  const setting = awsPath("zones");
  const foreign = zones.filter((zone) => region !== "" && zone.slice(0, -1) !== region);
  return [
    ...(new Set(zones).size < 3
      ? [between(`${shown(zones)} has a zone twice; write three different ones`, setting)]
      : []),
    ...foreign
      .slice(0, 1)
      .map((zone) =>
        between(
          `${shown(zone)} is no zone of ${awsPath("region")} ${region}; write zones of it`,
          setting,
          awsPath("region"),
        ),
      ),
  ];
}

/** A network of at least a 256th of the internet is meant to be all of it, or half: nobody's own is so large. */
const longestOfEverybody = 7;

function accessProblems({ access }: AwsConfig, { aws = {} }: Settings): CrossProblem[] {
  const cidrs = awsPath("allowedCidrs");
  if (access.kind !== "public") {
    const written = (["allowedCidrs", "wholeInternet"] as const).filter((name) => aws[name] !== undefined);
    return written.map((name) =>
      between(`is for ${awsPath("access")}: public; leave it out`, awsPath(name), awsPath("access")),
    );
  }
  if (aws.wholeInternet === true && aws.allowedCidrs !== undefined) return [];
  const advice = "the networks that may reach the API, such as [203.0.113.0/24]";
  return [
    ...missing(access.allowedCidrs.length === 0, "allowedCidrs", advice),
    ...access.allowedCidrs.flatMap((cidr, index) =>
      (parseCidr(cidr)?.prefixLength ?? 32) > longestOfEverybody
        ? []
        : [
            between(
              `${shown(cidr)} lets the whole internet try; write networks of your own, ` +
                `or say it twice with ${awsPath("wholeInternet")}: true`,
              `${cidrs}[${index}]`,
              awsPath("wholeInternet"),
            ),
          ],
    ),
  ];
}

/** Kept by AWS in each subnet, and for what else has an address there: load balancers, endpoints. */
const keptAddresses = 5 + 11;

function ownVpcProblems({ networks }: EnvironmentConfig, { pools }: AwsConfig): CrossProblem[] {
  const cidr = parseCidr(networks.machines);
  if (cidr === undefined) return [];
  const { shortest, longest } = vpcPrefix;
  if (cidr.prefixLength < shortest || cidr.prefixLength > longest) {
    const size = cidr.prefixLength > longest ? "small" : "large";
    const message = `${shown(networks.machines)} is too ${size} for a VPC; write a network of /${shortest} to /${longest}`;
    return [between(message, machines)];
  }
  const [subnet] = subnetPlan(networks.machines).privateSubnets;
  const room = 3 * (networkSize(parseCidr(subnet) ?? cidr) - keptAddresses);
  const most = pools.reduce((sum, { max }) => sum + max, 0);
  const message = `${shown(networks.machines)} has room for ${room} machines of pools, not ${most}; write a larger network, or fewer as max`;
  return most > room ? [between(message, machines, settingPath(["pools"]))] : [];
}

function existingVpcProblems(
  { controlPlane }: EnvironmentConfig,
  { zones, access }: AwsConfig,
  vpc: ExistingVpcConfig,
  { aws = {}, networks = {} }: Settings,
): CrossProblem[] {
  const given = vpc.controlPlaneAddresses.length;
  const addresses = awsPath("vpc", "controlPlaneAddresses");
  const needless = [
    ...(networks.machines === undefined ? [] : [machines]),
    ...(["natPerZone", "flowLogDays"] as const)
      .filter((name) => aws[name] !== undefined)
      .map((name) => awsPath(name)),
  ];
  return [
    ...missing(vpc.vpcId === "", "vpc.id", "one such as vpc-0a1b2c3d"),
    ...missing(zones === undefined, "zones", "the zones of the subnets, in their order"),
    ...missing(
      vpc.privateSubnetIds.includes(""),
      "vpc.privateSubnets",
      "a subnet of each zone, in the zones' order",
    ),
    ...missing(
      access.kind === "public" && vpc.publicSubnetIds === undefined,
      "vpc.publicSubnets",
      "a subnet of each zone for the public load balancer, in the zones' order",
    ),
    ...(given < controlPlane.count
      ? [
          between(
            `there are ${given} for ${controlPlane.count} control planes; write one for each, free ones of the private subnets in turn`,
            addresses,
            settingPath(["controlPlane", "count"]),
          ),
        ]
      : []),
    ...needless.map((setting) =>
      between(
        `is for a VPC of the environment's own; leave it out, or ${awsPath("vpc")}`,
        setting,
        awsPath("vpc"),
      ),
    ),
  ];
}

function poolProblems({ pools }: EnvironmentConfig, aws: AwsConfig): CrossProblem[] {
  return aws.pools.flatMap(({ min, max, spot }, position) => {
    const path = (...rest: string[]): string => settingPath(["pools", position, ...rest]);
    const count = pools[position]?.count ?? 0;
    return [
      ...(min > count
        ? [
            between(
              `${min} is more than ${path("count")} ${count}; write at most that`,
              path("min"),
              path("count"),
            ),
          ]
        : []),
      ...(max < count
        ? [
            between(
              `${max} is less than ${path("count")} ${count}; write at least that`,
              path("max"),
              path("count"),
            ),
          ]
        : []),
      ...((spot?.onDemandBase ?? 0) > max
        ? [
            between(
              `${spot?.onDemandBase ?? 0} is more than ${path("max")} ${max}; write at most that`,
              path("spot", "onDemandBase"),
              path("max"),
            ),
          ]
        : []),
    ];
  });
}

function alarmProblems({ alarmEmails: emails }: AwsConfig): CrossProblem[] {
  const twice = emails.find((email, index) => emails.indexOf(email) !== index);
  return twice === undefined
    ? []
    : [between(`${shown(twice)} is there twice; leave one out`, awsPath("alarmEmails"))];
}

function backupProblems({ backups: { lockedDays, keptDays } }: AwsConfig): CrossProblem[] {
  const [locked, kept] = [awsPath("backups", "lockedDays"), awsPath("backups", "keptDays")];
  const message = `${keptDays} is not more than ${locked} ${lockedDays}; write more`;
  return keptDays > lockedDays ? [] : [between(message, kept, locked)];
}

function gitHubProblems({ aws }: Settings): CrossProblem[] {
  const gitHub = aws?.gitHub;
  if (gitHub === undefined) return [];
  const [environment, branch] = [awsPath("gitHub", "environment"), awsPath("gitHub", "branch")];
  return [
    ...missing(gitHub.repository === undefined, "gitHub.repository", "one such as organization/repository"),
    ...missing(
      gitHub.stateBucket === undefined,
      "gitHub.stateBucket",
      "the name of the bucket with Pulumi's state",
    ),
    ...missing(
      gitHub.environment === undefined && gitHub.branch === undefined,
      "gitHub.environment",
      `the GitHub environment that may deploy, or a branch as ${branch}`,
    ),
    ...missing(
      gitHub.permissionsBoundary === undefined,
      "gitHub.permissionsBoundary",
      "the ARN of a policy that bounds every role: without it a deployer makes itself a role with any right",
    ),
    ...(gitHub.environment !== undefined && gitHub.branch !== undefined
      ? [between(`is there beside ${environment}; write one of the two`, branch, environment)]
      : []),
  ];
}
