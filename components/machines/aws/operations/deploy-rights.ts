import * as pulumi from "@pulumi/pulumi";

import { type Belonging, environmentLabel } from "../../belonging";
import type { AwsPlace, Statement } from "../policy";
import { infrastructureStatements } from "./infrastructure-rights";
import { namesOf } from "./resource-names";
import { owned } from "./tag-conditions";

/** Whose rights, and what every role has to be bounded by. */
export interface DeployRightsArgs extends Belonging, AwsPlace {
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
}

/**
 * What `pulumi up` changes, beside what it reads: where IAM can tell by tags, what has the environment's tag or gets it;
 * else what has the environment's name. Nothing here ends the environment's key, and nothing is about how buckets are: who sets
 * a bucket's policy gives himself what is in it, and in a backup is every secret of the cluster. In parts, as a policy has at
 * most 6,144 characters: part's name to statements.
 */
export function deployStatements(args: DeployRightsArgs): Record<string, Statement[]> {
  return {
    machines: infrastructureStatements(args.environment),
    roles: rolesAndKeys(args),
    contents: [...contents(args), ...watching(args), ...access(args)],
  };
}

function rolesAndKeys(args: DeployRightsArgs): Statement[] {
  const { environment, permissionsBoundaryArn } = args;
  const names = namesOf(args);
  return [
    {
      // A role's rights, within the boundary if there is one: IAM has no other way to say which rights one may give.
      Sid: "GiveRights",
      Action: ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy"],
      Resource: names.roles,
      ...(permissionsBoundaryArn !== undefined && {
        Condition: { StringEquals: { "iam:PermissionsBoundary": permissionsBoundaryArn } },
      }),
    },
    {
      // The environment's roles and the profiles by which machines have them.
      Sid: "ChangeRoles",
      Action: [
        "iam:AddRoleToInstanceProfile",
        "iam:CreateInstanceProfile",
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeleteInstanceProfile",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:RemoveRoleFromInstanceProfile",
        "iam:TagInstanceProfile",
        "iam:TagPolicy",
        "iam:TagRole",
        "iam:UntagInstanceProfile",
        "iam:UntagPolicy",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
      ],
      Resource: [names.roles, names.instanceProfiles, names.policies],
    },
    {
      // Machines get their role, and flow logs theirs: no other service gets one.
      Sid: "PassRoles",
      Action: ["iam:PassRole"],
      Resource: names.roles,
      Condition: {
        StringEquals: {
          "iam:PassedToService": ["ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"],
        },
      },
    },
    {
      // The environment's key, for what is encrypted with it. Its making, its policy and its end are not for a deployer: KMS
      // cannot tell a tag that is given while a key is made from one by which another's becomes ours.
      Sid: "UseKey",
      Action: [
        "kms:CreateAlias",
        "kms:Decrypt",
        "kms:EnableKeyRotation",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
      ],
      Resource: "*",
      Condition: owned(environment),
    },
    {
      // EC2 and ECR use the key as long as there is a disk or a repository.
      Sid: "LendKey",
      Action: ["kms:CreateGrant"],
      Resource: "*",
      Condition: { ...owned(environment), Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      // An alias' own half of the right to give it.
      Sid: "NameKey",
      Action: ["kms:CreateAlias", "kms:UpdateAlias"],
      Resource: names.keyAlias,
    },
  ];
}

/** What things are kept in. */
function contents(args: DeployRightsArgs): Statement[] {
  const names = namesOf(args);
  return [
    {
      // The secrets that machines fetch, which are written here, and compared.
      Sid: "Secrets",
      Action: [
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:DeleteSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutResourcePolicy",
        "secretsmanager:PutSecretValue",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
      ],
      Resource: names.secrets,
    },
    {
      // What machines are made of: put there, and taken away with all its versions.
      Sid: "MachineFiles",
      Action: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObject",
        "s3:PutObjectTagging",
      ],
      Resource: pulumi.interpolate`${names.machineFiles}/*`,
    },
    {
      // Which versions there are.
      Sid: "MachineFileVersions",
      Action: ["s3:ListBucketVersions"],
      Resource: names.machineFiles,
    },
    {
      // Repositories, and the images that are pushed there and pulled again by their digest.
      Sid: "Repositories",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:CreateRepository",
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeleteRepository",
        "ecr:DeleteRepositoryPolicy",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:SetRepositoryPolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
        "ecr:UploadLayerPart",
      ],
      Resource: names.repositories,
    },
    {
      // The login to the registry, which is the account's.
      Sid: "RegistryLogin",
      Action: ["ecr:GetAuthorizationToken"],
      Resource: "*",
    },
  ];
}

/** What tells of the environment. */
function watching(args: DeployRightsArgs): Statement[] {
  const names = namesOf(args);
  return [
    {
      // Alarms and whom they tell, flow logs, and the news of machines that go.
      Sid: "Watch",
      Action: [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
        "events:DeleteRule",
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:TagResource",
        "events:UntagResource",
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:UntagResource",
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
      ],
      Resource: [names.alarms, names.logGroups, names.rules, names.topics, names.queues],
    },
    {
      // Who is told no more. It knows no resource.
      Sid: "EndSubscriptions",
      Action: "sns:Unsubscribe",
      Resource: "*",
    },
  ];
}

/** How a deployer reaches an API whose endpoint is internal. */
function access({ environment, partition, region }: DeployRightsArgs): Statement[] {
  return [
    {
      // Which machines can be reached. It knows no resource.
      Sid: "TunnelLook",
      Action: ["ssm:DescribeInstanceInformation"],
      Resource: "*",
    },
    {
      // The tunnel begins at one of the environment's machines.
      Sid: "TunnelFrom",
      Action: ["ssm:StartSession"],
      Resource: "arn:*:ec2:*:*:instance/*",
      Condition: { StringEquals: { [`ssm:resourceTag/${environmentLabel}`]: environment } },
    },
    {
      // A tunnel, and no shell.
      Sid: "TunnelOnly",
      Action: ["ssm:StartSession"],
      Resource: pulumi.interpolate`arn:${partition}:ssm:${region}::document/AWS-StartPortForwardingSessionToRemoteHost`,
    },
    {
      // One's own sessions, whose names begin with who began them.
      Sid: "TunnelEnd",
      Action: ["ssm:TerminateSession"],
      Resource: "arn:*:ssm:*:*:session/${aws:userid}-*",
    },
  ];
}
