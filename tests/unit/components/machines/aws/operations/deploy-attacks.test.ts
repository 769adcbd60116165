import { GitHubAccess } from "../../../../../../components/machines/aws/operations";
import { type AwsRequest, isAllowed } from "../../../../../support/aws/iam";
import { type PolicyDocument, policiesOf } from "../../../../../support/aws/policies";
import { recordResources, registeredBy } from "../../../../../support/recorder";

const account = "123456789012";
const boundary = `arn:aws:iam::${account}:policy/boundary`;
const providerArn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const tag = "slipway.environment";

const iam = (rest: string): string => `arn:aws:iam::${account}:${rest}`;
const inRegion = (service: string, rest: string): string =>
  `arn:aws:${service}:eu-central-1:${account}:${rest}`;
const key = inRegion("kms", "key/1");
const balancer = inRegion("elasticloadbalancing", "loadbalancer/net/x/1");
const group = (name: string): string =>
  inRegion("autoscaling", `autoScalingGroup:1:autoScalingGroupName/${name}`);
const machine = inRegion("ec2", "instance/i-1");

let policies: PolicyDocument[] = [];

beforeAll(async () => {
  recordResources({
    outputs: { "aws:iam/openIdConnectProvider:OpenIdConnectProvider": { arn: providerArn } },
  });
  const resources = await registeredBy(
    (options) =>
      new GitHubAccess(
        "prod-github",
        {
          environment: "prod",
          owner: "us",
          partition: "aws",
          region: "eu-central-1",
          accountId: account,
          repository: "acme/shop",
          deployFrom: { environment: "production" },
          state: { bucketArn: "arn:aws:s3:::acme-state" },
          permissionsBoundaryArn: boundary,
        },
        options,
      ),
  );
  policies = Object.entries(policiesOf(resources)).flatMap(([name, document]) =>
    name.startsWith("Policy prod-github-deploy") ? [document] : [],
  );
});

const may = (request: AwsRequest): boolean => isAllowed(policies, request);
const bounded = { "iam:PermissionsBoundary": boundary };
const own = { [`aws:ResourceTag/${tag}`]: "prod" };
const foreign = { [`aws:ResourceTag/${tag}`]: "prod-eu" };
const asksForOurs = { [`aws:RequestTag/${tag}`]: "prod" };

// What findings/security.md says an attacker does; each was allowed before, or is the next step of one that was.
test.each<readonly [string, AwsRequest]>([
  ["makes a role without the boundary", { action: "iam:CreateRole", resource: iam("role/slipway/prod/x") }],
  ["makes a role elsewhere", { action: "iam:CreateRole", resource: iam("role/prod-x"), context: bounded }],
  [
    "gives a role without the boundary more rights",
    { action: "iam:AttachRolePolicy", resource: iam("role/slipway/prod/x") },
  ],
  [
    "lets itself be a role whose name begins alike",
    { action: "iam:UpdateAssumeRolePolicy", resource: iam("role/prod-admin") },
  ],
  [
    "lets itself be another environment's role",
    { action: "iam:UpdateAssumeRolePolicy", resource: iam("role/slipway/prod-eu/x") },
  ],
  [
    "changes a policy whose name begins alike",
    { action: "iam:CreatePolicyVersion", resource: iam("policy/prod-admins") },
  ],
  [
    "changes its own rights",
    { action: "iam:CreatePolicyVersion", resource: iam("policy/prod-github-deploy-roles-1") },
  ],
  [
    "gives a machine another's role",
    {
      action: "iam:PassRole",
      resource: iam("role/prod-admin"),
      context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
  ],
  [
    "gives its role to a service that runs its code",
    {
      action: "iam:PassRole",
      resource: iam("role/slipway/prod/x"),
      context: { "iam:PassedToService": "lambda.amazonaws.com" },
    },
  ],
  ["makes a foreign key ours by a tag", { action: "kms:TagResource", resource: key, context: asksForOurs }],
  ["decrypts with a foreign key", { action: "kms:Decrypt", resource: key, context: foreign }],
  ["sets its own key's policy", { action: "kms:PutKeyPolicy", resource: key, context: own }],
  ["ends its own key", { action: "kms:ScheduleKeyDeletion", resource: key, context: own }],
  [
    "makes a foreign load balancer ours by a tag",
    { action: "elasticloadbalancing:AddTags", resource: balancer, context: { ...asksForOurs, ...foreign } },
  ],
  [
    "makes a pool of another name ours by a tag",
    { action: "autoscaling:CreateOrUpdateTags", resource: group("other"), context: asksForOurs },
  ],
  [
    "makes another environment's pool ours by a tag",
    {
      action: "autoscaling:CreateOrUpdateTags",
      resource: group("slipway-prod-eu"),
      context: { ...asksForOurs, ...foreign },
    },
  ],
  [
    "deletes a foreign pool",
    { action: "autoscaling:DeleteAutoScalingGroup", resource: group("other"), context: foreign },
  ],
  [
    "makes a foreign machine ours by a tag",
    { action: "ec2:CreateTags", resource: machine, context: { ...asksForOurs, ...foreign } },
  ],
  ["ends a foreign machine", { action: "ec2:TerminateInstances", resource: machine, context: foreign }],
])("a deployer never %s", (_what, request) => {
  expect(may(request)).toBe(false);
});

// The evaluator would refuse everything, otherwise, and nobody would see it.
test.each<readonly [string, AwsRequest]>([
  [
    "makes a role within the boundary",
    { action: "iam:CreateRole", resource: iam("role/slipway/prod/x"), context: bounded },
  ],
  [
    "gives a machine the environment's role",
    {
      action: "iam:PassRole",
      resource: iam("role/slipway/prod/x"),
      context: { "iam:PassedToService": "ec2.amazonaws.com" },
    },
  ],
  ["encrypts with the environment's key", { action: "kms:Encrypt", resource: key, context: own }],
  [
    "tags a load balancer that it makes",
    {
      action: "elasticloadbalancing:AddTags",
      resource: balancer,
      context: { ...asksForOurs, "elasticloadbalancing:CreateAction": "CreateLoadBalancer" },
    },
  ],
  [
    "tags a pool that it makes",
    { action: "autoscaling:CreateOrUpdateTags", resource: group("slipway-prod-batch"), context: asksForOurs },
  ],
  [
    "tags a machine that it makes",
    {
      action: "ec2:CreateTags",
      resource: machine,
      context: { ...asksForOurs, "ec2:CreateAction": "RunInstances" },
    },
  ],
  [
    "ends a machine of the environment",
    { action: "ec2:TerminateInstances", resource: machine, context: own },
  ],
])("a deployer %s", (_what, request) => {
  expect(may(request)).toBe(true);
});

describe("the evaluator", () => {
  const policy = (statement: object): PolicyDocument[] => [
    {
      Version: "2012-10-17",
      Statement: [{ Sid: "X", Effect: "Allow", Action: "*", Resource: "*", ...statement }],
    },
  ];
  const request = { action: "s3:GetObject", resource: "arn:aws:s3:::b/x", context: { "aws:a": "1" } };

  test("takes a denial over a permission", () => {
    const denied = policy({ Effect: "Deny", Action: "s3:Get*" });
    expect(isAllowed([...policy({}), ...denied], request)).toBe(false);
    expect(isAllowed([...policy({}), ...denied], { ...request, action: "s3:PutObject" })).toBe(true);
  });

  test.each([
    [{ StringEquals: { "aws:a": ["0", "1"] } }, true],
    [{ StringEquals: { "AWS:A": "1" } }, true],
    [{ StringEquals: { "aws:a": "1", "aws:b": "1" } }, false],
    [{ StringEqualsIfExists: { "aws:b": "1" } }, true],
    [{ StringEqualsIfExists: { "aws:a": "2" } }, false],
    [{ StringNotEquals: { "aws:a": "1" } }, false],
    [{ StringNotEquals: { "aws:b": "1" } }, true],
    [{ StringLike: { "aws:a": "?" } }, true],
    [{ Null: { "aws:b": "true" } }, true],
    [{ Null: { "aws:a": "true" } }, false],
  ])("holds %j for %s", (Condition, expected) => {
    expect(isAllowed(policy({ Condition }), request)).toBe(expected);
  });

  test("knows no operator that it was not taught", () => {
    const numeric = policy({ Condition: { NumericLessThan: { "aws:a": "2" } } });
    expect(() => isAllowed(numeric, request)).toThrow("NumericLessThan is not known here");
  });
});
