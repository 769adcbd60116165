import * as pulumi from "@pulumi/pulumi";

import { type Belonging, environmentLabel } from "../../belonging";
import type { AwsPlace, Statement } from "../policy";
import { namesOf } from "./resource-names";

/** Whose rights, and what every role has to be bounded by. */
export interface DeployRightsArgs extends Belonging, AwsPlace {
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
}

/**
 * What `pulumi up` changes, beside what it reads: where IAM can tell by tags, what has the environment's tag or gets it;
 * else what has the environment's name. Nothing here ends the environment's key or its backups.
 */
export function deployStatements(args: DeployRightsArgs): Statement[] {
  return [
    ...networkAndMachines(args.environment),
    ...balancersAndPools(args.environment),
    ...rolesAndKeys(args),
    ...contents(args),
    ...watching(args),
    ...access(args),
  ];
}

const requested = (environment: string) => ({
  StringEquals: { [`aws:RequestTag/${environmentLabel}`]: environment },
});

const owned = (environment: string) => ({
  StringEquals: { [`aws:ResourceTag/${environmentLabel}`]: environment },
});

function networkAndMachines(environment: string): Statement[] {
  const ec2 = (...types: string[]) => types.map((type) => `arn:*:ec2:*:*:${type}/*`);
  const makers = [
    "ec2:AllocateAddress",
    "ec2:CreateFlowLogs",
    "ec2:CreateInternetGateway",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateNatGateway",
    "ec2:CreateNetworkInterface",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVolume",
    "ec2:CreateVpc",
    "ec2:CreateVpcEndpoint",
    "ec2:RunInstances",
  ];
  return [
    {
      // What is made bears the environment's tag from its first moment.
      Sid: "MakeTagged",
      Action: makers,
      Resource: ec2(
        ...["elastic-ip", "instance", "internet-gateway", "launch-template", "natgateway", "route-table"],
        ...["network-interface", "security-group-rule", "subnet", "volume", "vpc", "vpc-endpoint"],
        ...["security-group", "vpc-flow-log"],
      ),
      Condition: requested(environment),
    },
    {
      // What it is made in or of, which has its tag already; the VPC, its subnets and images can be somebody else's. EC2
      // asks for the two with one name: without a tag neither is made here, as the statement before is about that.
      Sid: "MakeIn",
      Action: [...makers, "ec2:CreateLaunchTemplateVersion"],
      Resource: [
        ...ec2("elastic-ip", "internet-gateway", "launch-template", "natgateway", "route-table"),
        ...ec2("security-group"),
      ],
      Condition: owned(environment),
    },
    {
      // Places and images need not be the environment's; a machine's first disk and interface come with the machine.
      Sid: "MakeOf",
      Action: [
        "ec2:CreateNatGateway",
        "ec2:CreateNetworkInterface",
        "ec2:CreateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateVpcEndpoint",
        "ec2:RunInstances",
      ],
      Resource: [
        ...ec2("network-interface", "subnet", "volume", "vpc"),
        // Public images and snapshots have no account.
        "arn:*:ec2:*::image/*",
        "arn:*:ec2:*::snapshot/*",
      ],
    },
    {
      // A tag is given while something is made, so that nobody tags what is another's into his own.
      Sid: "TagWhatIsMade",
      Action: ["ec2:CreateTags"],
      Resource: ec2("*"),
      Condition: { StringEquals: { "ec2:CreateAction": makers.map((action) => action.slice(4)) } },
    },
    {
      // Other tags of what is the environment's, and its rules, routes, places and end.
      Sid: "ChangeOwn",
      Action: [
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AttachVolume",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:CreateRoute",
        "ec2:CreateTags",
        "ec2:DeleteFlowLogs",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate",
        "ec2:DeleteNatGateway",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVolume",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DetachInternetGateway",
        "ec2:DetachVolume",
        "ec2:DisassociateRouteTable",
        "ec2:ModifyInstance*",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifyNetworkInterfaceAttribute",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVolume",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReleaseAddress",
        "ec2:ReplaceRoute",
        "ec2:RevokeSecurityGroup*",
        "ec2:StartInstances",
        "ec2:StopInstances",
        "ec2:TerminateInstances",
      ],
      Resource: "*",
      Condition: owned(environment),
    },
  ];
}

function balancersAndPools(environment: string): Statement[] {
  return [
    {
      // Load balancers and pools bear the environment's tag from their first moment.
      Sid: "MakeBalancersAndPools",
      Action: [
        "autoscaling:CreateAutoScalingGroup",
        "autoscaling:CreateOrUpdateTags",
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
      ],
      Resource: "*",
      Condition: requested(environment),
    },
    {
      // Those of the environment: their size, their targets, their end.
      Sid: "ChangeBalancersAndPools",
      Action: [
        "autoscaling:AttachLoadBalancerTargetGroups",
        "autoscaling:CancelInstanceRefresh",
        "autoscaling:DeleteAutoScalingGroup",
        "autoscaling:DeleteLifecycleHook",
        "autoscaling:DeleteTags",
        "autoscaling:DetachLoadBalancerTargetGroups",
        "autoscaling:DisableMetricsCollection",
        "autoscaling:EnableMetricsCollection",
        "autoscaling:PutLifecycleHook",
        "autoscaling:SetInstanceProtection",
        "autoscaling:StartInstanceRefresh",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ],
      Resource: "*",
      Condition: owned(environment),
    },
    {
      // AWS' own roles, which come with an account's first pool, load balancer and spot machine.
      Sid: "FirstOfTheAccount",
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: "arn:*:iam::*:role/aws-service-role/*",
      Condition: {
        StringEquals: {
          "iam:AWSServiceName": [
            "autoscaling.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "spot.amazonaws.com",
          ],
        },
      },
    },
  ];
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
      // A key that bears the environment's tag.
      Sid: "MakeKey",
      Action: ["kms:CreateKey", "kms:TagResource"],
      Resource: "*",
      Condition: requested(environment),
    },
    {
      // The environment's key, for what is encrypted with it. Its end is not for a deployer.
      Sid: "UseKey",
      Action: [
        "kms:CreateAlias",
        "kms:Decrypt",
        "kms:EnableKeyRotation",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:PutKeyPolicy",
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
      // Buckets and their rules. Neither a bucket's end nor what is in it is for a deployer, nor a lock's bypass.
      Sid: "Buckets",
      Action: [
        "s3:CreateBucket",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
        "s3:UntagResource",
      ],
      Resource: names.buckets,
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
  ];
}

/** How a deployer reaches an API whose endpoint is internal. */
function access({ environment, partition, region }: DeployRightsArgs): Statement[] {
  return [
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
