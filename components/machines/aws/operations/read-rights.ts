import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../../belonging";
import type { AwsPlace, Statement } from "../policy";
import { namesOf } from "./resource-names";

/**
 * What is read of an environment to compare it with its program: how things are set up, never what is in them. Actions that
 * list or describe have no resources to name; where there are names, they are the environment's.
 */
export function readStatements(args: Belonging & AwsPlace): Statement[] {
  const { partition, region } = args;
  const names = namesOf(args);
  return [
    {
      // Look-ups of zones, images and types of machines, and how the network, machines and disks are.
      Sid: "ReadMachines",
      Action: ["ec2:Describe*", "ec2:GetManagedPrefixListEntries"],
      Resource: "*",
    },
    {
      // How load balancers and pools are.
      Sid: "ReadBalancersAndPools",
      Action: ["autoscaling:Describe*", "elasticloadbalancing:Describe*"],
      Resource: "*",
    },
    {
      // What a killed run was creating is found by its tags, a zone by its name.
      Sid: "FindWhatIsHalfMade",
      Action: ["route53:ListHostedZones", "tag:GetResources"],
      Resource: "*",
    },
    {
      // Whether what is wanted would pass a quota.
      Sid: "ReadQuotas",
      Action: ["servicequotas:GetServiceQuota"],
      Resource: "*",
    },
    {
      // The newest image of a system, whose id AWS publishes.
      Sid: "ReadPublicParameters",
      Action: ["ssm:GetParameter"],
      Resource: pulumi.interpolate`arn:${partition}:ssm:${region}::parameter/aws/service/*`,
    },
    {
      // Which roles there are with which rights, the environment's alone.
      Sid: "ReadRoles",
      Action: [
        "iam:GetInstanceProfile",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
      ],
      Resource: [names.roles, names.instanceProfiles, names.policies, ...names.access],
    },
    {
      // GitHub's provider, whose name is the same in every account.
      Sid: "ReadIdentityProvider",
      Action: ["iam:GetOpenIDConnectProvider"],
      Resource: names.identityProvider,
    },
    {
      // How keys are; an alias or a key that is looked for has no name yet.
      Sid: "ReadKeys",
      Action: [
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListAliases",
        "kms:ListResourceTags",
      ],
      Resource: "*",
    },
    {
      // That secrets and parameters are there, and who may read them: not what is in them.
      Sid: "ReadSecretsButTheirValues",
      Action: [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:ListSecretVersionIds",
        "ssm:DescribeParameters",
        "ssm:ListTagsForResource",
      ],
      Resource: "*",
    },
    {
      // How the environment's buckets are, without the backups in them.
      Sid: "ReadBuckets",
      Action: [
        "s3:GetAccelerateConfiguration",
        "s3:GetBucket*",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
      ],
      Resource: names.buckets,
    },
    {
      // What machines are made of: no secret.
      Sid: "ReadMachineFiles",
      Action: ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
      Resource: pulumi.interpolate`${names.machineFiles}/*`,
    },
    {
      // How the repositories are, without the images.
      Sid: "ReadRepositories",
      Action: [
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:ListTagsForResource",
      ],
      Resource: names.repositories,
    },
    {
      // Alarms, log groups and rules are listed to be found, without what was logged.
      Sid: "ReadAlarmsAndLogs",
      Action: [
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListTagsForResource",
        "events:DescribeRule",
        "events:ListTagsForResource",
        "events:ListTargetsByRule",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "logs:ListTagsLogGroup",
        "sns:GetSubscriptionAttributes",
      ],
      Resource: "*",
    },
    {
      // Who is told of alarms and of machines that go.
      Sid: "ReadTopicsAndQueues",
      Action: [
        "sns:GetTopicAttributes",
        "sns:ListTagsForResource",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ListQueueTags",
      ],
      Resource: [names.topics, names.queues],
    },
    {
      // Whatever else the role is given one day: a preview reads no secret's value.
      Sid: "NeverValuesOfSecrets",
      Effect: "Deny",
      Action: ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
      Resource: "*",
    },
  ];
}
