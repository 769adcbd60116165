import { existingNetworkProblems } from "../../components/machines/aws/network/existing-network-problems";
import { overlap, parseCidr } from "../../components/checks/cidr";
import type { Architecture, AwsConfig, ExistingVpcConfig } from "../config/aws-config";
import type { EnvironmentConfig } from "../config/environment-config";
import {
  awsPath,
  between,
  type CrossProblem,
  settingPath,
  shown,
  stackNameSetting,
} from "../config/problems";
import { type AccountFailure, failureMessage } from "./account";
import { type AccountFacts, isStandard, type Usage } from "./account-facts";

/** What stands in the way of the environment in this account and region. What belongs to it already does not. */
export function accountProblems(
  config: EnvironmentConfig,
  aws: AwsConfig,
  facts: AccountFacts | AccountFailure,
  host: Architecture,
): CrossProblem[] {
  if ("failure" in facts) {
    return [accountProblem(failureMessage(facts, aws.region), awsPath("region"))];
  }
  return [
    ...otherOfSameName(config, facts),
    ...zoneProblems(aws, facts),
    ...typeProblems(aws, facts),
    ...architectureProblems(config, aws, facts, host),
    ...imageProblems(aws, facts),
    ...(aws.vpc.kind === "existing" ? vpcProblems(config, aws, aws.vpc, facts) : []),
    ...quotaProblems(config, aws, facts),
  ];
}

/** A problem that is the account's, found by way of some settings. */
function accountProblem(message: string, ...settings: string[]): CrossProblem {
  return { setting: "AWS", message, settings };
}

function otherOfSameName({ name }: EnvironmentConfig, { namesake, accountId }: AccountFacts): CrossProblem[] {
  const message =
    `${shown(name)} is an environment of another stack in account ${accountId}, with ${namesake ?? ""}; ` +
    "use another name, or take that one down";
  return namesake === undefined ? [] : [between(message, stackNameSetting)];
}

/** The three zones of an environment: those of the settings, else the region's first ones. */
export function zonesOf({ zones }: AwsConfig, facts: Pick<AccountFacts, "zones">): readonly string[] {
  return zones ?? facts.zones.slice(0, 3);
}

function zoneProblems(aws: AwsConfig, facts: AccountFacts): CrossProblem[] {
  if (aws.zones !== undefined) {
    const unknown = aws.zones.filter((zone) => !facts.zones.includes(zone));
    const message = `${unknown.join(", ")}: this account has no such zone; write three of ${facts.zones.join(", ")}`;
    return unknown.length > 0 ? [between(message, awsPath("zones"), awsPath("region"))] : [];
  }
  const message = `${aws.region} has ${facts.zones.length} zones for this account, ${facts.zones.join(" and ")}; write a region with three`;
  return facts.zones.length < 3 ? [between(message, awsPath("region"))] : [];
}

/** Where the settings name instance types: the setting, and the type. */
function namedTypes({ controlPlane, pools }: AwsConfig): { path: PropertyKey[]; type: string }[] {
  return [
    { path: ["controlPlane", "instanceType"], type: controlPlane.instanceType },
    ...pools.flatMap(({ instanceTypes }, pool) =>
      instanceTypes.map((type, index) => ({ path: ["pools", pool, "instanceTypes", index], type })),
    ),
  ];
}

function typeProblems(aws: AwsConfig, facts: AccountFacts): CrossProblem[] {
  // A zone that there is not has been reported.
  const zones = zonesOf(aws, facts).filter((zone) => facts.zones.includes(zone));
  return namedTypes(aws).flatMap(({ path, type }) => {
    const found = facts.types.get(type);
    const setting = settingPath(path);
    if (found === undefined) {
      const message = `${shown(type)} is no instance type of ${aws.region}; write one that it has`;
      return [between(message, setting, awsPath("region"))];
    }
    const lacking = zones.filter((zone) => !found.zones.includes(zone));
    const where = path[0] === "controlPlane" ? lacking : lacking.length === zones.length ? lacking : [];
    const message = `${shown(type)} is not to be had in ${where.join(" and ")}; write another type, or other zones as ${awsPath("zones")}`;
    return where.length > 0 ? [between(message, setting, awsPath("zones"), awsPath("region"))] : [];
  });
}

/** Which processors machines of these types have; undefined where that is not known, or not one. */
export function architectureOf(
  types: readonly string[],
  facts: Pick<AccountFacts, "types">,
): Architecture | undefined {
  const [first, ...others] = types.map((type) => facts.types.get(type)?.architecture);
  return others.every((other) => other === first) ? first : undefined;
}

/** What the environment runs of its own is built by the Docker daemon here, for the processors here. */
function architectureProblems(
  { pools }: EnvironmentConfig,
  aws: AwsConfig,
  facts: AccountFacts,
  host: Architecture,
): CrossProblem[] {
  const controlPlane = architectureOf([aws.controlPlane.instanceType], facts);
  const built = `images are built on this host, for ${host}`;
  const type = settingPath(["controlPlane", "instanceType"]);
  return [
    ...(controlPlane !== undefined && controlPlane !== host
      ? [
          between(
            `${shown(aws.controlPlane.instanceType)} is ${controlPlane}, and ${built}; write a type of ${host}, or run this on a host of ${controlPlane}`,
            type,
          ),
        ]
      : []),
    ...aws.pools.flatMap(({ instanceTypes }, position) => {
      const setting = settingPath(["pools", position, "instanceTypes"]);
      const kinds = new Set(instanceTypes.flatMap((each) => facts.types.get(each)?.architecture ?? []));
      const mixed = `${shown(instanceTypes)} are of two architectures, and have one image; write types of one, and another pool`;
      if (kinds.size > 1) return [between(mixed, setting)];
      const [kind = host] = kinds;
      if (kind !== host && aws.machineFiles === "bucket") {
        const files = awsPath("machineFiles");
        const made = `${shown(instanceTypes)} are ${kind}, and machines' files are made on this host, for ${host}; write types of ${host}, or ${files}: image and prepared images`;
        return [between(made, setting, files)];
      }
      const keepsPodsAway = (pools[position]?.taints ?? []).some(
        ({ effect }) => effect !== "PreferNoSchedule",
      );
      const taints = settingPath(["pools", position, "taints"]);
      const message = `${shown(instanceTypes)} are ${kind}, and ${built}; write types of ${host}, or ${taints} that keep other pods away`;
      return kind !== host && !keepsPodsAway ? [between(message, setting, taints)] : [];
    }),
  ];
}

function imageProblems(aws: AwsConfig, facts: AccountFacts): CrossProblem[] {
  const needed = new Map(
    [[aws.controlPlane.instanceType], ...aws.pools.map(({ instanceTypes }) => instanceTypes)].flatMap(
      (types): [Architecture, string][] => {
        const kind = architectureOf(types, facts);
        return kind === undefined ? [] : [[kind, types[0]]];
      },
    ),
  );
  const lacking = [...needed].flatMap(([kind, type]) =>
    aws.images[kind] === undefined && Object.keys(aws.images).length > 0
      ? [
          between(
            `is missing, and ${type} is ${kind}; write an image of it, such as ami-0a1b2c3d`,
            awsPath("images", kind),
          ),
        ]
      : [],
  );
  return [
    ...lacking,
    ...Object.entries(aws.images).flatMap(([kind, id]) => {
      const found = facts.images.get(id);
      const setting = awsPath("images", kind);
      if (found === undefined) {
        const message = `${shown(id)} is no image that this account can start in ${aws.region}; write one that is there`;
        return [between(message, setting, awsPath("region"))];
      }
      const { architecture } = found;
      return architecture === kind
        ? []
        : [between(`${shown(id)} is an image for ${architecture}; write one for ${kind}`, setting)];
    }),
  ];
}

function vpcProblems(
  { networks }: EnvironmentConfig,
  { zones, region }: AwsConfig,
  vpc: ExistingVpcConfig,
  { network, vpcCidrs }: AccountFacts,
): CrossProblem[] {
  const setting = awsPath("vpc");
  if (vpcCidrs.length === 0) {
    const message = `${shown(vpc.vpcId)} is no VPC of this account in ${region}; write one that is there`;
    return [between(message, awsPath("vpc", "id"), awsPath("region"))];
  }
  const overlaps = (["pods", "services"] as const).flatMap((name) =>
    vpcCidrs
      .filter((cidr) => shareAddresses(cidr, networks[name]))
      .slice(0, 1)
      .map((cidr) =>
        between(
          `${shown(networks[name])} overlaps ${cidr} of ${vpc.vpcId}; write a network apart from it`,
          settingPath(["networks", name]),
          setting,
        ),
      ),
  );
  if (network === undefined) {
    const message = `not all of its subnets are there in ${region}; write subnets of ${vpc.vpcId}`;
    return [...overlaps, between(message, setting, awsPath("region"))];
  }
  const problems = existingNetworkProblems({ ...vpc, zones: zones ?? ["", "", ""] }, network);
  return [
    ...overlaps,
    // Each is about another part of the group, which it names itself.
    ...(zones === undefined ? [] : problems.map((problem) => between(problem, setting, awsPath("zones")))),
  ];
}

function shareAddresses(one: string, other: string): boolean {
  const [left, right] = [parseCidr(one), parseCidr(other)];
  return left !== undefined && right !== undefined && overlap(left, right);
}

function quotaProblems(
  config: EnvironmentConfig,
  aws: AwsConfig,
  { usage, types }: AccountFacts,
): CrossProblem[] {
  const vcpus = (type = ""): number => (isStandard(type) ? (types.get(type)?.vcpus ?? 0) : 0);
  const onDemand = aws.pools.map(({ spot, instanceTypes }, position) => {
    const count = config.pools[position]?.count ?? 0;
    const base = Math.min(count, spot?.onDemandBase ?? 0);
    const machines = spot ? base + Math.ceil(((count - base) * spot.onDemandPercent) / 100) : count;
    return machines * vcpus(instanceTypes[0]);
  });
  const wantedVcpus = onDemand.reduce(
    (sum, each) => sum + each,
    config.controlPlane.count * vcpus(aws.controlPlane.instanceType),
  );
  const addresses = aws.vpc.kind === "own" ? (aws.vpc.natPerZone ? 3 : 1) : 0;
  return [
    ...passed("VPCs", aws.vpc.kind === "own" ? 1 : 0, usage.vpcs, awsPath("vpc")),
    ...passed("Elastic IP addresses", addresses, usage.addresses, awsPath("natPerZone")),
    ...passed("vCPUs of on-demand instances", wantedVcpus, usage.vcpus, settingPath(["pools"])),
  ];
}

function passed(what: string, wanted: number, { all, own, limit }: Usage, setting: string): CrossProblem[] {
  const others = all - own;
  if (limit === undefined || wanted <= own || others + wanted <= limit) return [];
  const message =
    `the account may have ${limit} ${what} in this region: others have ${others}, and this environment takes ${wanted}; ` +
    "raise the quota, or take less";
  return [accountProblem(message, setting, awsPath("region"))];
}
