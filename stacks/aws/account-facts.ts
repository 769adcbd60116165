import type { Filter, Image, Instance, Tag } from "@aws-sdk/client-ec2";

import type { FoundNetwork } from "../../components/machines/aws/network/existing-network-problems";
import { environmentLabel, ownerLabel } from "../../components/machines/belonging";
import { collected, tag } from "../../toolchain/aws-answers";
import type { Architecture, AwsConfig, ExistingVpcConfig } from "../config/aws-config";
import type { EnvironmentConfig } from "../config/environment-config";
import { Account, type AccountFailure, failureOf, type Identity } from "./account";

/** An instance type as the region has it. */
export interface TypeFacts {
  readonly architecture: Architecture | undefined;
  readonly vcpus: number;
  /** Names of the zones that have it. */
  readonly zones: readonly string[];
}

/** What counts towards a quota of the account. */
export interface Usage {
  /** How many are there, the environment's own among them. */
  readonly all: number;
  /** The environment's own: they are there already, and need no further room. */
  readonly own: number;
  /** How many there may be; undefined where AWS does not tell. */
  readonly limit: number | undefined;
}

/** What there is to know of a machines' image. */
export interface ImageFacts {
  /** What it is for: `amd64`, `arm64`, or what AWS calls another. */
  readonly architecture: string;
  /** What its root disk is called, as in `/dev/xvda` or `/dev/sda1`; undefined where AWS does not say. */
  readonly rootDevice: string | undefined;
}

/** What a configuration cannot know: the account and the region that an environment is to be made in, as they are now. */
export interface AccountFacts extends Identity {
  /** Names of the region's zones, in order; without Local Zones and Wavelength Zones. */
  readonly zones: readonly string[];
  /** Of the types that the settings name, those that there are. */
  readonly types: ReadonlyMap<string, TypeFacts>;
  /** Of the images that the settings name, those that there are, by id. */
  readonly images: ReadonlyMap<string, ImageFacts>;
  /** The existing VPC that the settings name; undefined where there is none, or some of it is not there. */
  readonly network: FoundNetwork | undefined;
  /** What a VPC's networks are. */
  readonly vpcCidrs: readonly string[];
  /** Something of another stack's environment of the same name in this account and region. */
  readonly namesake: string | undefined;
  readonly usage: {
    readonly vpcs: Usage;
    readonly addresses: Usage;
    /** Processors of running on-demand instances of the families A, C, D, H, I, M, R, T and Z. */
    readonly vcpus: Usage;
  };
}

/** Of https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html: service and code. */
const quotas = {
  vpcs: ["vpc", "L-F678F1CE"],
  addresses: ["ec2", "L-0263D0A3"],
  vcpus: ["ec2", "L-1216C47A"],
} as const;

/**
 * Looks at the account, and changes nothing.
 * @param owner as `stackOwner` gives it
 */
export async function accountFacts(
  config: EnvironmentConfig,
  aws: AwsConfig,
  owner: string,
): Promise<AccountFacts | AccountFailure> {
  const account = await Account.of(aws.region);
  return "failure" in account ? account : await lookedUp(account, config, aws, owner).catch(failureOf);
}

async function lookedUp(
  account: Account,
  config: EnvironmentConfig,
  aws: AwsConfig,
  owner: string,
): Promise<AccountFacts> {
  const look = new LookUps(account, { environment: config.name, owner });
  const types = [aws.controlPlane.instanceType, ...aws.pools.flatMap(({ instanceTypes }) => instanceTypes)];
  const [zones, known, images, found, usage] = await Promise.all([
    look.zones(),
    look.types([...new Set(types)]),
    look.images(Object.values(aws.images)),
    aws.vpc.kind === "existing" ? look.network(aws.vpc) : undefined,
    look.usage(),
  ]);
  return {
    ...account.identity,
    zones,
    types: known,
    images,
    network: found?.network,
    vpcCidrs: found?.cidrs ?? [],
    ...usage,
  };
}

interface Owner {
  readonly environment: string;
  readonly owner: string;
}

const has = (name: string, values: readonly string[]): Filter[] => [{ Name: name, Values: [...values] }];

/** What is asked of EC2. Names that do not exist are left out of its answers, as they are filters and not ids. */
class LookUps {
  constructor(
    private readonly account: Account,
    private readonly own: Owner,
  ) {}

  async zones(): Promise<string[]> {
    const { DescribeAvailabilityZonesCommand } = await import("@aws-sdk/client-ec2");
    const { AvailabilityZones = [] } = await this.account.ec2.send(new DescribeAvailabilityZonesCommand({}));
    return AvailabilityZones.filter(
      ({ State, ZoneType = "availability-zone" }) =>
        State === "available" && ZoneType === "availability-zone",
    )
      .flatMap(({ ZoneName }) => ZoneName ?? [])
      .sort();
  }

  async types(names: readonly string[]): Promise<Map<string, TypeFacts>> {
    const { paginateDescribeInstanceTypes, paginateDescribeInstanceTypeOfferings } =
      await import("@aws-sdk/client-ec2");
    const filters = { Filters: has("instance-type", names) };
    const perZone = { LocationType: "availability-zone", ...filters } as const;
    const client = this.account.ec2;
    const [found, places] = await Promise.all([
      collected(paginateDescribeInstanceTypes({ client }, filters), (page) => page.InstanceTypes),
      collected(
        paginateDescribeInstanceTypeOfferings({ client }, perZone),
        (page) => page.InstanceTypeOfferings,
      ),
    ]);
    return new Map(
      found.map(({ InstanceType = "", ProcessorInfo, VCpuInfo }) => [
        InstanceType,
        {
          architecture: architectureOf(ProcessorInfo?.SupportedArchitectures ?? []),
          vcpus: VCpuInfo?.DefaultVCpus ?? 0,
          zones: places.flatMap((place) =>
            place.InstanceType === InstanceType ? [place.Location ?? ""] : [],
          ),
        },
      ]),
    );
  }

  async images(ids: readonly string[]): Promise<Map<string, ImageFacts>> {
    if (ids.length === 0) return new Map();
    const { DescribeImagesCommand } = await import("@aws-sdk/client-ec2");
    const asked = new DescribeImagesCommand({ Filters: has("image-id", ids) });
    const { Images = [] } = await this.account.ec2.send(asked);
    return new Map(
      Images.filter(({ State }) => State === "available").map((image: Image) => [
        image.ImageId ?? "",
        {
          architecture: architectureOf([image.Architecture ?? ""]) ?? image.Architecture ?? "",
          rootDevice: image.RootDeviceName,
        },
      ]),
    );
  }

  /** A VPC and its subnets; without network where one of them is not there. */
  async network(vpc: ExistingVpcConfig): Promise<{ network?: FoundNetwork; cidrs: string[] }> {
    const { DescribeSubnetsCommand, DescribeVpcAttributeCommand, DescribeVpcsCommand } =
      await import("@aws-sdk/client-ec2");
    const { ec2 } = this.account;
    const attribute = (name: "enableDnsSupport" | "enableDnsHostnames") =>
      ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpc.vpcId, Attribute: name }));
    const { Vpcs: [found] = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: has("vpc-id", [vpc.vpcId]) }),
    );
    if (found === undefined) return { cidrs: [] };
    const cidrs = (found.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? []);
    const ids = [...vpc.privateSubnetIds, ...(vpc.publicSubnetIds ?? [])];
    const [{ Subnets = [] }, support, hostnames] = await Promise.all([
      ec2.send(new DescribeSubnetsCommand({ Filters: has("subnet-id", ids) })),
      attribute("enableDnsSupport"),
      attribute("enableDnsHostnames"),
    ]);
    const subnets = (wanted: readonly string[]) =>
      wanted.flatMap((id) =>
        Subnets.filter(({ SubnetId }) => SubnetId === id).map(
          ({ VpcId = "", AvailabilityZone = "", CidrBlock = "" }) => ({
            id,
            vpcId: VpcId,
            availabilityZone: AvailabilityZone,
            cidrBlock: CidrBlock,
          }),
        ),
      );
    if (Subnets.length < new Set(ids).size) return { cidrs };
    return {
      cidrs,
      network: {
        vpc: {
          id: vpc.vpcId,
          enableDnsSupport: support.EnableDnsSupport?.Value ?? false,
          enableDnsHostnames: hostnames.EnableDnsHostnames?.Value ?? false,
        },
        privates: subnets(vpc.privateSubnetIds),
        publics: subnets(vpc.publicSubnetIds ?? []),
      },
    };
  }

  /** What there is of what the account has a limit of, and whether an environment of this name is another's. */
  async usage(): Promise<Pick<AccountFacts, "usage" | "namesake">> {
    const { DescribeAddressesCommand, paginateDescribeInstances, paginateDescribeVpcs } =
      await import("@aws-sdk/client-ec2");
    const client = this.account.ec2;
    const running = { Filters: has("instance-state-name", ["pending", "running"]) };
    const [vpcs, reservations, { Addresses = [] }, vpcLimit, addressLimit, vcpuLimit] = await Promise.all([
      collected(paginateDescribeVpcs({ client }, {}), (page) => page.Vpcs),
      collected(paginateDescribeInstances({ client }, running), (page) => page.Reservations),
      client.send(new DescribeAddressesCommand({})),
      this.account.quota(...quotas.vpcs),
      this.account.quota(...quotas.addresses),
      this.account.quota(...quotas.vcpus),
    ]);
    const instances = reservations.flatMap(({ Instances = [] }) => Instances);
    const onDemand = instances.filter(
      ({ InstanceType = "", InstanceLifecycle }) =>
        InstanceLifecycle === undefined && isStandard(InstanceType),
    );
    const count = <T>(
      of: readonly T[],
      tags: (each: T) => readonly Tag[],
      size: (each: T) => number = () => 1,
    ) => ({
      all: of.reduce((sum, each) => sum + size(each), 0),
      own: of.filter((each) => this.isOwn(tags(each))).reduce((sum, each) => sum + size(each), 0),
    });
    const named = [
      ...vpcs.map(({ VpcId = "", Tags = [] }) => ({ id: VpcId, tags: Tags })),
      ...instances.map(({ InstanceId = "", Tags = [] }) => ({ id: InstanceId, tags: Tags })),
    ];
    return {
      namesake: named.find(({ tags }) => this.isNamesake(tags))?.id,
      usage: {
        vpcs: { ...count(vpcs, ({ Tags = [] }) => Tags), limit: vpcLimit },
        addresses: { ...count(Addresses, ({ Tags = [] }) => Tags), limit: addressLimit },
        vcpus: {
          ...count(onDemand, ({ Tags = [] }) => Tags, vcpusOf),
          limit: vcpuLimit,
        },
      },
    };
  }

  private isOwn(tags: readonly Tag[]): boolean {
    return tag(tags, environmentLabel) === this.own.environment && tag(tags, ownerLabel) === this.own.owner;
  }

  private isNamesake(tags: readonly Tag[]): boolean {
    const owner = tag(tags, ownerLabel);
    return tag(tags, environmentLabel) === this.own.environment && owner !== this.own.owner;
  }
}

/**
 * Whether a type is of the families whose on-demand instances share one quota:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
export function isStandard(type: string): boolean {
  return /^[acdhimrtz]\d/.test(type);
}

function vcpusOf({ CpuOptions }: Instance): number {
  return (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1);
}

/** EC2's names of processors: a few types offer both 32 and 64 bits. */
function architectureOf(names: readonly string[]): Architecture | undefined {
  if (names.includes("x86_64")) return "amd64";
  return names.includes("arm64") ? "arm64" : undefined;
}
