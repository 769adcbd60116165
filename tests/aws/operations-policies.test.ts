import { Alarms, BackupBucket, EnvironmentKey, GitHubAccess } from "../../components/machines/aws/operations";
import { MachineFiles } from "../../components/machines/aws/machine-files";
import { policiesOf } from "../support/aws/policies";
import { policyFindings } from "../support/aws/policy-findings";
import { recordResources, registeredBy } from "../support/recorder";

const place = {
  environment: "prod",
  owner: "us",
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
};
const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/1";
const balancer = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";

/** What parliament finds, and why it is right all the same. */
const justified: readonly (readonly [RegExp, string])[] = [
  [
    /^Policy prod-github-deploy-machines: RESOURCE_MISMATCH/,
    "EC2 asks for one action on each resource that takes part, and each has a condition of its own: together they match",
  ],
  [
    /^Policy prod-github-deploy-roles: RESOURCE_MISMATCH: \[{'action': 'kms:CreateAlias'.*kms:UpdateAlias/,
    "the key's half of the right stands in another statement, with the key's tag",
  ],
  [
    /: RESOURCE_MISMATCH: \[{'action': 'ssm:GetParameter'/,
    "AWS' public parameters have no account in their ARN",
  ],
  [
    /^Key prod-key: MISMATCHED_TYPE: Type mismatch: ArnLike requires a value of type Arn but given String$/,
    "CloudWatch Logs' own documentation compares the encryption context in this way: it is a log group's ARN",
  ],
  [/\(trust\): MALFORMED: Statement contains neither Resource/, "the resource of a trust policy is its role"],
  [
    /\(trust\): UNKNOWN_FEDERATION_SOURCE: .*oidc-provider/,
    "parliament knows providers of SAML and Cognito only",
  ],
];

test("parliament finds nothing in the policies of the key, the bucket, the topic and GitHub's roles", async () => {
  recordResources({
    outputs: {
      "aws:s3/bucket:Bucket": { bucket: "prod-backups-1", arn: "arn:aws:s3:::prod-backups-1" },
      "aws:sns/topic:Topic": { arn: "arn:aws:sns:eu-central-1:123456789012:prod-alarms-1" },
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        arn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
      },
    },
  });
  const resources = await registeredBy((options) => {
    new EnvironmentKey("prod-key", place, options);
    new BackupBucket("prod-backups", { ...place, keyArn }, options);
    const files = { key: "0a5186d48e00-amd64", archive: __filename, sha256: "ab".repeat(32) };
    new MachineFiles("prod-files", { ...place, keyArn, files }, options);
    new Alarms(
      "prod-alarms",
      {
        ...place,
        keyArn,
        endpoint: {
          loadBalancerArn: `${balancer}:loadbalancer/net/prod/1`,
          targetGroupArn: `${balancer}:targetgroup/prod/1`,
        },
        controlPlanes: { "control-plane-0": "i-0" },
      },
      options,
    );
    new GitHubAccess(
      "prod-github",
      {
        ...place,
        repository: "acme/shop",
        deployFrom: { branch: "main" },
        state: { bucketArn: "arn:aws:s3:::acme-state", keyArn },
      },
      options,
    );
  });
  const documents = policiesOf(resources);
  expect(Object.keys(documents)).toHaveLength(11);
  const found = Object.entries(policyFindings(documents)).flatMap(([name, findings]) =>
    findings.map((finding) => `${name}: ${finding}`),
  );
  expect(found.filter((finding) => !justified.some(([pattern]) => pattern.test(finding)))).toEqual([]);
  // What is no longer found needs no justification.
  for (const [pattern] of justified) expect(found.some((finding) => pattern.test(finding))).toBe(true);
});
