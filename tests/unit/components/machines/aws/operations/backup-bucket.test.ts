import type * as pulumi from "@pulumi/pulumi";

import { BackupBucket, type BackupBucketArgs } from "../../../../../../components/machines/aws/operations";
import { policiesOf } from "../../../../../support/aws/policies";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../../../support/recorder";

const args: BackupBucketArgs = {
  environment: "prod",
  owner: "us",
  keyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
};

beforeEach(() => {
  const found = { bucket: "prod-backups-1", arn: "arn:aws:s3:::prod-backups-1" };
  recordResources({ outputs: { "aws:s3/bucket:Bucket": found } });
});

const bucket = (more: Partial<BackupBucketArgs> = {}, options: pulumi.ComponentResourceOptions = {}) =>
  registeredBy(
    ({ transformations = [] }) =>
      new BackupBucket(
        "prod-backups",
        { ...args, ...more },
        { transformations: [...transformations, ...(options.transformations ?? [])] },
      ),
  );

test("is versioned, locked, encrypted and private", async () => {
  const resources = await bucket({ lockedDays: 7, keptDays: 30 });
  expect(countByType(resources)).toEqual({
    "slipway:machines:AwsBackupBucket": 1,
    "aws:s3/bucket:Bucket": 1,
    "aws:s3/bucketVersioning:BucketVersioning": 1,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": 1,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
    "aws:s3/bucketPolicy:BucketPolicy": 1,
  });
  const of = (type: string) => inputsOf(resources, `aws:s3/${type}`);
  expect(of("bucket:Bucket")).toEqual({
    objectLockEnabled: true,
    forceDestroy: false,
    tags: { Name: "prod-backups", "slipway.environment": "prod", "slipway.owner": "us" },
  });
  expect(of("bucketObjectLockConfiguration:BucketObjectLockConfiguration")).toEqual({
    bucket: "prod-backups-1",
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 7 } },
  });
  expect(of("bucketLifecycleConfiguration:BucketLifecycleConfiguration")).toMatchObject({
    rules: [{ expiration: { days: 30 }, noncurrentVersionExpiration: { noncurrentDays: 1 } }],
  });
  expect(of("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")).toMatchObject(
    {
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
          bucketKeyEnabled: true,
        },
      ],
    },
  );
  expect(of("bucketPublicAccessBlock:BucketPublicAccessBlock")).toEqual({
    bucket: "prod-backups-1",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
});

test("refuses what comes without TLS or with another key, and allows nothing by itself", async () => {
  const statements = policiesOf(await bucket())["BucketPolicy prod-backups"]?.Statement ?? [];
  expect(statements.map(({ Sid, Effect }) => `${Effect} ${Sid}`)).toEqual([
    "Deny OnlyByTls",
    "Deny NoOtherKey",
    "Deny NoOtherEncryption",
    "Deny NoKeyOfTheCallers",
  ]);
  expect(statements[0]?.Resource).toEqual(["arn:aws:s3:::prod-backups-1", "arn:aws:s3:::prod-backups-1/*"]);
  expect(statements[1]?.Condition).toEqual({
    ArnNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": args.keyArn },
    Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
  });
});

test.each([true, false])("stays with all of its rules if that is said: %s", async (keep) => {
  const retained: (boolean | undefined)[] = [];
  const look: pulumi.ResourceTransformation = ({ type, opts }) => {
    if (type.startsWith("aws:")) retained.push(opts.retainOnDelete);
    return undefined;
  };
  await bucket({ keep }, { transformations: [look] });
  expect(retained).toEqual(Array(8).fill(keep));
});

test("says all that cannot work at once", () => {
  const bad = { ...args, lockedDays: 0, keptDays: 0, keep: true, forceDestroy: true };
  expect(() => new BackupBucket("prod-backups", bad, {})).toThrow(
    [
      'the bucket for backups "prod-backups" cannot work:',
      "  - lockedDays is 0: give a whole number from 1 to 36500",
      "  - keptDays is 0: give a whole number from 1",
      "  - keptDays is 0: give more than lockedDays, 0",
      "  - forceDestroy is true: leave it out, or keep: what is kept is not deleted",
    ].join("\n"),
  );
});
