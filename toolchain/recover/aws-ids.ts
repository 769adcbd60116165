import type { ResourceState } from "./deployment";

/** What AWS has of an environment, as far as a creation that was cut off can be found by it. */
export interface SeenInAws {
  /** What bears the environment's tag. */
  readonly tagged: readonly TaggedResource[];
  /** Private zones of Route 53, by their name without the dot at its end. */
  readonly zones: ReadonlyMap<string, string>;
  /** `arn:<partition>:iam::<account>`: what ARNs of IAM begin with. */
  readonly iamPrefix: string;
}

/** A resource that AWS' tags tell of. */
export interface TaggedResource {
  /** The `Name` tag, which is the resource's name in the program. */
  readonly name: string;
  /** What the ids of its kind begin with on EC2, such as `subnet`; of others service and kind, such as `kms:key`. */
  readonly kind: string;
  /** As the provider knows it. */
  readonly id: string;
}

/** Kinds of resources that have a `Name` tag, and an id that AWS gives. */
const taggedKinds: Readonly<Record<string, string>> = {
  "aws:ebs/volume:Volume": "vol",
  "aws:ec2/eip:Eip": "eipalloc",
  "aws:ec2/flowLog:FlowLog": "fl",
  "aws:ec2/instance:Instance": "i",
  "aws:ec2/internetGateway:InternetGateway": "igw",
  "aws:ec2/launchTemplate:LaunchTemplate": "lt",
  "aws:ec2/natGateway:NatGateway": "nat",
  "aws:ec2/routeTable:RouteTable": "rtb",
  "aws:ec2/securityGroup:SecurityGroup": "sg",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
  "aws:kms/key:Key": "kms:key",
  "aws:lb/listener:Listener": "elasticloadbalancing:listener",
  "aws:lb/loadBalancer:LoadBalancer": "elasticloadbalancing:loadbalancer",
  "aws:lb/targetGroup:TargetGroup": "elasticloadbalancing:targetgroup",
  "aws:secretsmanager/secret:Secret": "secretsmanager:secret",
  "aws:sns/topic:Topic": "sns:topic",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
};

type Inputs = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const ofName = ({ name }: Inputs): string | undefined => text(name);

/** Ids that follow from what a resource was to be; Pulumi had chosen its name before it asked AWS. */
const idsByInputs: Readonly<Record<string, (inputs: Inputs, seen: SeenInAws) => string | undefined>> = {
  "aws:autoscaling/group:Group": ofName,
  "aws:cloudwatch/logGroup:LogGroup": ofName,
  "aws:cloudwatch/metricAlarm:MetricAlarm": ofName,
  // These are as one imports them: https://registry.terraform.io/providers/hashicorp/aws/latest/docs
  "aws:ec2/route:Route": ({ routeTableId, destinationCidrBlock }) =>
    joined("_", routeTableId, destinationCidrBlock),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ({ subnetId, routeTableId }) =>
    joined("/", subnetId, routeTableId),
  "aws:ecr/repository:Repository": ofName,
  "aws:iam/instanceProfile:InstanceProfile": ofName,
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ({ url }, { iamPrefix }) =>
    joined(":oidc-provider/", iamPrefix, text(url)?.replace("https://", "")),
  "aws:iam/policy:Policy": ({ name }, { iamPrefix }) => joined(":policy/", iamPrefix, name),
  "aws:iam/role:Role": ofName,
  "aws:kms/alias:Alias": ofName,
  "aws:route53/record:Record": ({ zoneId, name, type }) => joined("_", zoneId, name, type),
  "aws:route53/zone:Zone": ({ name }, { zones }) => zones.get(text(name) ?? ""),
  "aws:s3/bucket:Bucket": ({ bucket }) => text(bucket),
};

function joined(separator: string, ...parts: readonly unknown[]): string | undefined {
  return parts.every((part) => typeof part === "string") ? parts.join(separator) : undefined;
}

/** Whether a creation that was cut off can be looked for: others are made by requests that may be made twice. */
export function canBeFound({ type }: ResourceState): boolean {
  return type in taggedKinds || type in idsByInputs;
}

/**
 * Whether what is half-made is taken away, as long as nothing can stand on it: AWS gives a security group a first rule, which
 * the provider had yet to take from it.
 */
export function goesWhenHalfMade({ type }: ResourceState): boolean {
  return type === "aws:ec2/securityGroup:SecurityGroup";
}

/**
 * Ids of what may be what a creation that was cut off has made; more than one where AWS has several of its name. What only
 * its name tells may not be there: a refresh finds out.
 * @param known ids of the state's resources, which are not it
 */
export function idsInAws(
  { type, inputs = {} }: ResourceState,
  seen: SeenInAws,
  known: ReadonlySet<string>,
): string[] {
  const kind = taggedKinds[type];
  if (kind === undefined) return [idsByInputs[type]?.(inputs, seen)].filter((id) => id !== undefined);
  const name = tagInInputs(inputs, "Name");
  return seen.tagged
    .filter((each) => each.kind === kind && each.name === name && !known.has(each.id))
    .map(({ id }) => id);
}

/** The value of one of the tags that a resource was to get. */
export function tagInInputs({ tags }: Inputs, name: string): string | undefined {
  return typeof tags === "object" && tags !== null ? text(Reflect.get(tags, name)) : undefined;
}
