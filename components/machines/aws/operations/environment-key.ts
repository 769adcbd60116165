import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../../../checks";
import type { Belonging } from "../../belonging";
import { type AwsPlace, policyDocument, type Statement } from "../policy";
import { belongingTags } from "../tags";

/** The environment is part of the alias. */
export interface EnvironmentKeyArgs extends Belonging, AwsPlace {
  /**
   * Days from its deletion until nothing that it encrypted can be read any more, 7 to 30: until then the deletion can be
   * cancelled. Default 30.
   */
  readonly deletionWindowInDays?: number;
  /**
   * Whether `pulumi destroy` leaves it in the account: what is kept, such as backups, can be read only with it. Default
   * false.
   */
  readonly keep?: boolean;
}

/**
 * The key that encrypts all that an environment keeps on AWS, rotated every year: `alias/slipway-<environment>`. Settings
 * that cannot work throw one error that names them all.
 */
export class EnvironmentKey extends pulumi.ComponentResource {
  /** ARN of the key. */
  readonly arn: pulumi.Output<string>;
  /** Its id, as in `1234abcd-12ab-34cd-56ef-1234567890ab`. */
  readonly keyId: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentKeyArgs, options: pulumi.ComponentResourceOptions) {
    const problems = new Problems();
    problems.expectWhole("deletionWindowInDays", args.deletionWindowInDays, 7, 30);
    problems.throwIfAny("the key", name);
    super("slipway:machines:AwsEnvironmentKey", name, {}, options);

    const key = new aws.kms.Key(
      name,
      {
        description: `Encrypts what the environment ${args.environment} keeps`,
        enableKeyRotation: true,
        deletionWindowInDays: args.deletionWindowInDays ?? 30,
        policy: policyDocument(keyStatements(args)),
        tags: belongingTags(args, name),
      },
      { parent: this, retainOnDelete: args.keep ?? false },
    );
    // Not kept: the environment that comes after it wants the name.
    new aws.kms.Alias(
      name,
      { name: `alias/slipway-${args.environment}`, targetKeyId: key.keyId },
      { parent: this },
    );
    this.arn = key.arn;
    this.keyId = key.keyId;
    this.registerOutputs({ arn: this.arn, keyId: this.keyId });
  }
}

const use = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/** Who may do what with the key. In a key's own policy `*` is this key. */
function keyStatements({ partition, region, accountId }: AwsPlace): Statement[] {
  const arn = (service: string, rest: string) =>
    pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  const autoScaling = pulumi.interpolate`arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
  // Named by a condition: a key whose policy names a role as principal that is not there yet is refused, and in a new
  // account this one comes with the first auto-scaling group.
  const isAutoScaling = {
    StringEquals: { "kms:CallerAccount": accountId },
    ArnEquals: { "aws:PrincipalArn": autoScaling },
  };
  return [
    {
      // Without it nobody could change the policy again; and it lets the roles' own policies say who uses the key.
      Sid: "AccountAdministration",
      Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      // Flow logs and others are encrypted by CloudWatch itself: those of this account and region.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
      Sid: "LogGroups",
      Principal: { Service: pulumi.interpolate`logs.${region}.amazonaws.com` },
      Action: use,
      Resource: "*",
      Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": arn("logs", "log-group:*") } },
    },
    {
      // Pools' machines have encrypted disks, and it is not a person who launches them.
      // https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
      Sid: "DisksOfPools",
      Principal: { AWS: "*" },
      Action: [...use, "kms:DescribeKey"],
      Resource: "*",
      Condition: isAutoScaling,
    },
    {
      // EC2 uses a disk's key as long as the disk is attached: it gets a grant of its own for that, and nobody else does.
      Sid: "GrantsForDisksOfPools",
      Principal: { AWS: "*" },
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: { ...isAutoScaling, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      // What an alarm says is encrypted on its way to whoever is told: by alarms of this account and region only.
      // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
      Sid: "Alarms",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: { "aws:SourceArn": arn("cloudwatch", "alarm:*") },
      },
    },
  ];
}
