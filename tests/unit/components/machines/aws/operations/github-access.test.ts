import { GitHubAccess, type GitHubAccessArgs } from "../../../../../../components/machines/aws/operations";
import { policiesOf } from "../../../../../support/aws/policies";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../../../support/recorder";

const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

const args: GitHubAccessArgs = {
  environment: "prod",
  owner: "us",
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
  repository: "acme/shop",
  deployFrom: { environment: "production" },
  state: { bucketArn: "arn:aws:s3:::acme-state", keyArn: "arn:aws:kms:eu-central-1:123456789012:key/2" },
};

beforeEach(() => {
  recordResources({
    outputs: { "aws:iam/openIdConnectProvider:OpenIdConnectProvider": { arn: providerArn } },
  });
});

const access = (more: Partial<GitHubAccessArgs> = {}) =>
  registeredBy((options) => new GitHubAccess("prod-github", { ...args, ...more }, options));

const policies = async (more: Partial<GitHubAccessArgs> = {}) => policiesOf(await access(more));

test("is a provider and two roles", async () => {
  const resources = await access();
  expect(countByType(resources)).toEqual({
    "slipway:machines:AwsGitHubAccess": 1,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
    "aws:iam/role:Role": 2,
    "aws:iam/policy:Policy": 5,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 5,
  });
  expect(inputsOf(resources, "aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toMatchObject({
    url: "https://token.actions.githubusercontent.com",
    clientIdLists: ["sts.amazonaws.com"],
    tags: { "slipway.environment": "prod", "slipway.owner": "us" },
  });
  expect(inputsOf(resources, "aws:iam/role:Role", "prod-github-deploy")).toMatchObject({
    maxSessionDuration: 3600,
  });
});

test("makes no provider where the account has one", async () => {
  const resources = await access({ providerArn });
  expect(countByType(resources)).not.toHaveProperty("aws:iam/openIdConnectProvider:OpenIdConnectProvider");
  const trust = policiesOf(resources)["Role prod-github-deploy (trust)"];
  expect(trust?.Statement[0]?.Principal).toEqual({ Federated: providerArn });
});

test("trusts pull requests and named branches to preview, and one environment or branch to deploy", async () => {
  const subjects = async (role: string, more: Partial<GitHubAccessArgs>) => {
    const condition = (await policies(more))[`Role prod-github-${role} (trust)`]?.Statement[0]?.Condition;
    expect(Object.keys(condition ?? {})).toEqual(["StringEquals"]);
    expect(condition?.StringEquals?.["token.actions.githubusercontent.com:aud"]).toBe("sts.amazonaws.com");
    return condition?.StringEquals?.["token.actions.githubusercontent.com:sub"];
  };
  expect(await subjects("preview", { previewBranches: ["main"] })).toEqual([
    "repo:acme/shop:pull_request",
    "repo:acme/shop:ref:refs/heads/main",
  ]);
  expect(await subjects("deploy", {})).toEqual(["repo:acme/shop:environment:production"]);
  expect(await subjects("deploy", { deployFrom: { branch: "main" } })).toEqual([
    "repo:acme/shop:ref:refs/heads/main",
  ]);
});

test("a preview reads only, and never a secret's value", async () => {
  const statements = (await policies())["Policy prod-github-preview"]?.Statement ?? [];
  const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
  const others = allowed.filter((action) => !/^[a-z0-9]+:(Describe|Get|List)/.test(action));
  expect(others).toEqual(["kms:Decrypt"]);
  expect(allowed).not.toContain("secretsmanager:GetSecretValue");
  expect(statements.filter(({ Effect }) => Effect === "Deny").flatMap(({ Action }) => Action)).toContain(
    "secretsmanager:GetSecretValue",
  );
  expect(statements.find(({ Action }) => Action.includes("kms:Decrypt"))?.Resource).toBe(args.state.keyArn);
});

test("a deployer changes neither its own rights, nor ends the key or the backups", async () => {
  const all = Object.entries(await policies()).filter(([name]) =>
    name.startsWith("Policy prod-github-deploy"),
  );
  const statements = all.flatMap(([, { Statement }]) => Statement);
  const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
  for (const action of [
    "kms:ScheduleKeyDeletion",
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:PutBucketPolicy",
    "iam:CreateUser",
    "iam:CreateAccessKey",
    "sts:AssumeRole",
  ]) {
    expect(allowed).not.toContain(action);
  }
  expect(allowed.filter((action) => action === "*" || action.endsWith(":*"))).toEqual([]);
  expect(statements.find(({ Sid }) => Sid === "NotItself")).toMatchObject({
    Effect: "Deny",
    Resource: [
      "arn:aws:iam::123456789012:role/prod-github-*",
      "arn:aws:iam::123456789012:policy/prod-github-*",
    ],
  });
});

test("what a deployer changes anywhere bears the environment's tag or name", async () => {
  const all = Object.entries(await policies()).filter(([name]) =>
    /deploy-(machines|roles|contents)/.test(name),
  );
  const unbounded = all
    .flatMap(([, { Statement }]) => Statement)
    .filter(({ Resource, Condition }) => {
      const resources = [Resource ?? "*"].flat();
      return (
        !JSON.stringify(Condition ?? {}).includes("slipway.environment") &&
        !resources.every((arn) => arn.includes("prod"))
      );
    });
  // Each with its reason, beside it in the code.
  expect(unbounded.map(({ Sid }) => Sid)).toEqual([
    "MakeInPlaces",
    "MakeMachinesOf",
    "TagWhatIsMade",
    "FirstOfTheAccount",
    "RegistryLogin",
    "EndSubscriptions",
    "TunnelLook",
    "TunnelOnly",
    "TunnelEnd",
  ]);
});

test("holds roles to a boundary where there is one", async () => {
  const permissionsBoundaryArn = "arn:aws:iam::123456789012:policy/boundary";
  const bounded = await access({ permissionsBoundaryArn });
  expect(inputsOf(bounded, "aws:iam/role:Role", "prod-github-deploy")).toMatchObject({
    permissionsBoundary: permissionsBoundaryArn,
  });
  const gives = policiesOf(bounded)["Policy prod-github-deploy-roles"]?.Statement[0];
  expect(gives).toMatchObject({
    Sid: "GiveRights",
    Condition: { StringEquals: { "iam:PermissionsBoundary": permissionsBoundaryArn } },
  });
});

test("has policies that AWS takes: 6,144 characters, and no name of a statement twice", async () => {
  const longer = { ...args, environment: "a".repeat(20) };
  for (const [name, document] of Object.entries(await policies(longer))) {
    expect(`${name} ${JSON.stringify(document).length < 6144}`).toBe(`${name} true`);
    const sids = document.Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    expect(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid))).toBe(true);
  }
});

test("says all that cannot work at once", () => {
  const bad = { ...args, repository: "shop", previewBranches: ["*"], maxSessionSeconds: 60 };
  expect(() => new GitHubAccess("prod-github", bad, {})).toThrow(
    [
      'the access for GitHub "prod-github" cannot work:',
      '  - repository is "shop": give it as "organization/repository"',
      '  - previewBranches[0] is "*": give one name, without spaces, "*" and "?"',
      "  - maxSessionSeconds is 60: give a whole number from 3600 to 43200",
    ].join("\n"),
  );
});
