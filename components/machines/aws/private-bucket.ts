import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { policyDocument, type Statement } from "./policy";
import { belongingTags } from "./tags";

export interface PrivateBucketArgs extends Belonging {
  /** ARN of the key that encrypts what is in it. */
  readonly keyArn: pulumi.Input<string>;
  /** Whether versions can be locked. */
  readonly objectLock: boolean;
  /** Whether a destroy deletes what is in it. */
  readonly forceDestroy: boolean;
}

/** A bucket, and what has to be there before other rules, and before what is put into it. */
export interface PrivateBucket {
  readonly made: aws.s3.Bucket;
  readonly versioning: aws.s3.BucketVersioning;
  readonly encryption: aws.s3.BucketServerSideEncryptionConfiguration;
}

/**
 * A bucket of the environment's: each version is kept, encrypted with the environment's key and with no other, reached by TLS
 * only, and never public. All of it is called `name`.
 */
export function privateBucket(
  name: string,
  args: PrivateBucketArgs,
  options: pulumi.CustomResourceOptions,
): PrivateBucket {
  const made = new aws.s3.Bucket(
    name,
    {
      ...(args.objectLock && { objectLockEnabled: true }),
      forceDestroy: args.forceDestroy,
      tags: belongingTags(args, name),
    },
    options,
  );
  const bucket = made.bucket;
  const versioning = new aws.s3.BucketVersioning(
    name,
    { bucket, versioningConfiguration: { status: "Enabled" } },
    options,
  );
  const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    {
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
          bucketKeyEnabled: true,
        },
      ],
    },
    options,
  );
  new aws.s3.BucketOwnershipControls(
    name,
    { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    options,
  );
  const neverPublic = new aws.s3.BucketPublicAccessBlock(
    name,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  new aws.s3.BucketPolicy(
    name,
    { bucket, policy: policyDocument(bucketStatements(made.arn, args.keyArn)) },
    // S3 takes one change of who may read a bucket at a time.
    { ...options, dependsOn: neverPublic },
  );
  return { made, versioning, encryption };
}

function bucketStatements(arn: pulumi.Output<string>, keyArn: pulumi.Input<string>): Statement[] {
  const objects = pulumi.interpolate`${arn}/*`;
  const refused = { Effect: "Deny", Principal: "*" } as const;
  return [
    {
      // Nobody reads, or changes, what is in it on its way.
      Sid: "OnlyByTls",
      ...refused,
      Action: "s3:*",
      Resource: [arn, objects],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      // Who names another key would keep what the environment cannot read. Who names none gets the bucket's.
      Sid: "NoOtherKey",
      ...refused,
      Action: "s3:PutObject",
      Resource: objects,
      Condition: {
        ArnNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn },
        Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      },
    },
    {
      // Nor another way of encryption, which would use no key of the environment's at all.
      Sid: "NoOtherEncryption",
      ...refused,
      Action: "s3:PutObject",
      Resource: objects,
      Condition: {
        StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
        Null: { "s3:x-amz-server-side-encryption": "false" },
      },
    },
    {
      // Nor a key that the caller brings along, and takes with him.
      Sid: "NoKeyOfTheCallers",
      ...refused,
      Action: "s3:PutObject",
      Resource: objects,
      Condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
    },
  ];
}
