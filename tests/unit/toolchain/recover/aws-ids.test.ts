import { kindAndId } from "../../../../toolchain/recover/aws";
import { canBeFound, idsInAws, type SeenInAws } from "../../../../toolchain/recover/aws-ids";
import { type Deployment, type ResourceState, withFound } from "../../../../toolchain/recover/deployment";
import { planRecovery } from "../../../../toolchain/recover/plan";
import { everything } from "./states";

const seen: SeenInAws = {
  tagged: [
    { name: "prod-network", kind: "vpc", id: "vpc-1" },
    { name: "prod-network", kind: "igw", id: "igw-1" },
    { name: "prod-network-private-0", kind: "subnet", id: "subnet-1" },
    { name: "prod-network-private-0", kind: "subnet", id: "subnet-2" },
  ],
  zones: new Map([["api.prod.slipway.internal", "Z1"]]),
  iamPrefix: "arn:aws:iam::123456789012",
};

const resource = (type: string, inputs: Readonly<Record<string, unknown>>): ResourceState => ({
  urn: `urn:pulumi:prod::slipway::${type}::one`,
  type,
  custom: true,
  inputs,
});
const id = (type: string, inputs: Readonly<Record<string, unknown>>, ...known: string[]): string[] =>
  idsInAws(resource(type, inputs), seen, new Set(known));
const named = (Name: string): object => ({ tags: { Name, "slipway.environment": "prod" } });

describe("what a killed run was creating on AWS", () => {
  it("is found by its name tag, among those of its kind that the state does not know", () => {
    expect(id("aws:ec2/vpc:Vpc", { ...named("prod-network") })).toEqual(["vpc-1"]);
    expect(id("aws:ec2/vpc:Vpc", { ...named("prod-network") }, "vpc-1")).toEqual([]);
    expect(id("aws:ec2/vpc:Vpc", { ...named("other") })).toEqual([]);
    expect(id("aws:ec2/subnet:Subnet", { ...named("prod-network-private-0") }, "subnet-1")).toEqual([
      "subnet-2",
    ]);
  });

  it("may be one of several", () => {
    expect(id("aws:ec2/subnet:Subnet", { ...named("prod-network-private-0") })).toEqual([
      "subnet-1",
      "subnet-2",
    ]);
  });

  it.each([
    ["aws:iam/role:Role", { name: "prod-worker-1" }, "prod-worker-1"],
    ["aws:iam/policy:Policy", { name: "prod-1" }, "arn:aws:iam::123456789012:policy/prod-1"],
    [
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
      { url: "https://token.actions.githubusercontent.com" },
      "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    ],
    ["aws:s3/bucket:Bucket", { bucket: "prod-backups-1" }, "prod-backups-1"],
    ["aws:ec2/route:Route", { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0" }, "rtb-1_0.0.0.0/0"],
    [
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      { subnetId: "subnet-1", routeTableId: "rtb-1" },
      "subnet-1/rtb-1",
    ],
    ["aws:route53/zone:Zone", { name: "api.prod.slipway.internal" }, "Z1"],
    ["aws:route53/zone:Zone", { name: "api.dev.slipway.internal" }, undefined],
    [
      "aws:route53/record:Record",
      { zoneId: "Z1", name: "api.prod.slipway.internal", type: "A" },
      "Z1_api.prod.slipway.internal_A",
    ],
    ["aws:iam/role:Role", {}, undefined],
  ])("is, as a %s of %j, %s", (type, inputs, expected) => {
    expect(id(type, inputs)).toEqual(expected === undefined ? [] : [expected]);
  });

  it("is not looked for where the same request can be made twice", () => {
    expect(canBeFound(resource("aws:s3/bucketVersioning:BucketVersioning", {}))).toBe(false);
    expect(canBeFound(resource("aws:ec2/vpc:Vpc", {}))).toBe(true);
  });
});

it.each([
  ["arn:aws:kms:eu-central-1:123456789012:key/0-1", "kms:key", "0-1"],
  [
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:slipway/prod/worker-x",
    "secretsmanager:secret",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:slipway/prod/worker-x",
  ],
  [
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/prod/0",
    "elasticloadbalancing:loadbalancer",
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/prod/0",
  ],
  [
    "arn:aws:sns:eu-central-1:123456789012:prod-alarms",
    "sns:topic",
    "arn:aws:sns:eu-central-1:123456789012:prod-alarms",
  ],
])("%s is of kind %s", (arn, kind, expected) => {
  expect(kindAndId(arn)).toEqual({ kind, id: expected });
});

describe("the state after a killed run on AWS", () => {
  const vpc = resource("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
  const topic = resource("aws:sns/topic:Topic", {});
  const deployment: Deployment = {
    resources: [],
    pending_operations: [
      { type: "creating", resource: vpc },
      { type: "creating", resource: topic },
    ],
  };
  const inAws = new Map([[vpc.urn, ["vpc-1"]]]);

  it("has what was found, to be read first", () => {
    const found = { ...vpc, id: "vpc-1", outputs: {}, refreshBeforeUpdate: true };
    expect(withFound(deployment, new Map([[vpc.urn, "vpc-1"]])).resources).toEqual([found]);
    expect(withFound(deployment, new Map())).toBe(deployment);
  });

  it("loses a security group, which is half-made as long as the provider has not come back to it", () => {
    const group = resource("aws:ec2/securityGroup:SecurityGroup", {});
    const halfMade = { pending_operations: [{ type: "creating", resource: group }] };
    const found = new Map([[group.urn, ["sg-1"]]]);
    const plan = planRecovery({
      ...{ verb: "up", deployment: halfMade, seen: everything(), inAws: found, downHadBegun: false },
    });
    expect(plan.removeInAws).toEqual(["sg-1"]);
    expect(plan.lines).toEqual([
      "A killed run was creating the SecurityGroup one: the half-made sg-1 is taken away",
    ]);
    expect(plan.deployment.resources ?? []).toEqual([]);
  });

  it("has what was being deleted, to be read first as it may be gone", () => {
    const made = { ...vpc, id: "vpc-1", outputs: { id: "vpc-1" } };
    const cutOff = { resources: [made, topic], pending_operations: [{ type: "deleting", resource: made }] };
    const plan = planRecovery({
      ...{ verb: "down", deployment: cutOff, seen: everything(), inAws: new Map(), downHadBegun: true },
    });
    expect(plan.deployment.resources).toEqual([{ ...made, refreshBeforeUpdate: true }, topic]);
    expect(plan.changesState).toBe(true);
  });

  it("has nothing that could be another's", () => {
    const several = new Map([[vpc.urn, ["vpc-1", "vpc-2"]]]);
    const plan = planRecovery({
      ...{ verb: "up", deployment, seen: everything(), inAws: several, downHadBegun: false },
    });
    expect(plan.lines[0]).toBe(
      "A killed run was creating the Vpc one: AWS has vpc-1 and vpc-2, delete by hand what is nobody's",
    );
    expect(plan.deployment.resources).toEqual([]);
  });

  it("is told, with what was not found", () => {
    const plan = planRecovery({ verb: "up", deployment, seen: everything(), inAws, downHadBegun: false });
    expect(plan.lines).toEqual([
      "A killed run was creating the Vpc one: if AWS has it, as vpc-1, the next run goes on with it",
      "A killed run was creating the Topic one: AWS has none",
    ]);
    expect(plan.changesState).toBe(true);
    expect(plan.deployment.pending_operations).toEqual([]);
  });
});
