import {
  EnvironmentKey,
  type EnvironmentKeyArgs,
} from "../../../../../../components/machines/aws/operations";
import { policiesOf } from "../../../../../support/aws/policies";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../../../support/recorder";

const args: EnvironmentKeyArgs = {
  environment: "prod",
  owner: "us",
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
};

beforeEach(() => {
  recordResources({ outputs: { "aws:kms/key:Key": { keyId: "1234", arn: "arn:aws:kms:::key/1234" } } });
});

const key = (more: Partial<EnvironmentKeyArgs> = {}) =>
  registeredBy((options) => new EnvironmentKey("prod-key", { ...args, ...more }, options));

test("is a key that is rotated, with the environment's alias", async () => {
  const resources = await key({ deletionWindowInDays: 7 });
  expect(countByType(resources)).toEqual({
    "slipway:machines:AwsEnvironmentKey": 1,
    "aws:kms/key:Key": 1,
    "aws:kms/alias:Alias": 1,
  });
  expect(inputsOf(resources, "aws:kms/key:Key")).toMatchObject({
    enableKeyRotation: true,
    deletionWindowInDays: 7,
    tags: { Name: "prod-key", "slipway.environment": "prod", "slipway.owner": "us" },
  });
  expect(inputsOf(resources, "aws:kms/alias:Alias")).toEqual({
    name: "alias/slipway-prod",
    targetKeyId: "1234",
  });
});

test("a deletion can be cancelled for 30 days if nothing is said", async () => {
  expect(inputsOf(await key(), "aws:kms/key:Key")).toMatchObject({ deletionWindowInDays: 30 });
});

test("may be used by those services alone that keep what is the environment's, for this account", async () => {
  const policy = policiesOf(await key())["Key prod-key"];
  const role =
    "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
  const bySid = Object.fromEntries((policy?.Statement ?? []).map((it) => [it.Sid, it]));
  expect(Object.keys(bySid)).toEqual([
    "AccountAdministration",
    "LogGroups",
    "DisksOfPools",
    "GrantsForDisksOfPools",
    "Alarms",
  ]);
  expect(bySid.AccountAdministration?.Principal).toEqual({ AWS: "arn:aws:iam::123456789012:root" });
  expect(bySid.LogGroups).toMatchObject({
    Principal: { Service: "logs.eu-central-1.amazonaws.com" },
    Condition: {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:123456789012:log-group:*" },
    },
  });
  expect(bySid.GrantsForDisksOfPools).toMatchObject({
    Action: "kms:CreateGrant",
    Condition: {
      StringEquals: { "kms:CallerAccount": "123456789012" },
      ArnEquals: { "aws:PrincipalArn": role },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    },
  });
  // Whoever is not the account or a service is told apart by a condition.
  const anybody = policy?.Statement.filter(({ Principal }) => JSON.stringify(Principal).includes('"*"'));
  expect(anybody).toHaveLength(2);
  for (const { Condition } of anybody ?? []) {
    expect(Condition).toMatchObject({ ArnEquals: { "aws:PrincipalArn": role } });
  }
  expect(bySid.Alarms?.Condition).toEqual({
    StringEquals: { "aws:SourceAccount": "123456789012" },
    ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*" },
  });
});

test("refuses a window that AWS does not take", () => {
  expect(() => new EnvironmentKey("prod-key", { ...args, deletionWindowInDays: 3 }, {})).toThrow(
    'the key "prod-key" cannot work:\n  - deletionWindowInDays is 3: give a whole number from 7 to 30',
  );
});
