import * as pulumi from "@pulumi/pulumi";

import { environmentLabel } from "../belonging";
import { groupName } from "./aws-facts";
import type { AwsPlace, Statement } from "./policy";

/** Namespace of the metrics by which CloudWatch knows of backups and certificates: `store.py` and `look-after-nodes` of the machine image. */
export const metricsNamespace = "Slipway";

/** What a role's statements name. */
export interface MachineRightsArgs extends AwsPlace {
  readonly environment: string;
  /** ARN of the environment's key. */
  readonly keyArn: pulumi.Input<string>;
  /** ARN of the secret with the role's part of the identity. */
  readonly secretArn: pulumi.Input<string>;
  /** ARN of where control planes note that the cluster was made. */
  readonly claimArn: pulumi.Input<string>;
  /** ARN of where control planes keep the token that workers join with. */
  readonly joinTokenArn: pulumi.Input<string>;
  /** ARN pattern of what machines are made of; default: their images have everything. */
  readonly machineFilesArn?: pulumi.Input<string> | undefined;
  /** ARN of the bucket that control planes put the cluster's backups into; default: they make none. */
  readonly backupBucketArn?: pulumi.Input<string> | undefined;
}

/** What every machine may do. */
function everyMachine({
  partition,
  region,
  accountId,
  environment,
  keyArn,
  secretArn,
  machineFilesArn,
}: MachineRightsArgs): Statement[] {
  return [
    ...(machineFilesArn === undefined ? [] : machineFiles(region, keyArn, machineFilesArn)),
    {
      // It boots with nothing but this.
      Sid: "OwnIdentity",
      Action: "secretsmanager:GetSecretValue",
      Resource: secretArn,
    },
    {
      // The secret is encrypted; by no other way than Secrets Manager may the machine use the key.
      Sid: "DecryptOwnIdentity",
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: {
        StringEquals: { "kms:ViaService": pulumi.interpolate`secretsmanager.${region}.amazonaws.com` },
      },
    },
    {
      // Session Manager instead of SSH. These actions know no resource.
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
      Sid: "SessionManager",
      Action: [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      Resource: "*",
    },
    {
      // A registry's password is the account's, not a repository's.
      Sid: "RegistryPassword",
      Action: "ecr:GetAuthorizationToken",
      Resource: "*",
    },
    {
      // Images of the environment's own repositories.
      Sid: "PullImages",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: pulumi.interpolate`arn:${partition}:ecr:${region}:${accountId}:repository/slipway/${environment}/*`,
    },
  ];
}

/** What a machine of a stock system may do to become one of the environment's. */
function machineFiles(
  region: pulumi.Input<string>,
  keyArn: pulumi.Input<string>,
  objectsArn: pulumi.Input<string>,
): Statement[] {
  return [
    {
      // It is made of what lies there.
      Sid: "MachineFiles",
      Action: "s3:GetObject",
      Resource: objectsArn,
    },
    {
      // The files are encrypted; by no other way than S3 may the machine use the key for them.
      Sid: "DecryptMachineFiles",
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": pulumi.interpolate`s3.${region}.amazonaws.com` } },
    },
  ];
}

/** What a control plane may do to back the cluster up. What it has put, it can neither read, change nor delete. */
function backups(
  region: pulumi.Input<string>,
  keyArn: pulumi.Input<string>,
  bucketArn: pulumi.Input<string>,
): Statement[] {
  return [
    {
      Sid: "PutBackups",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/*`,
    },
    {
      // S3 encrypts them once more, and what is sent in parts it reads again.
      Sid: "EncryptBackups",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": pulumi.interpolate`s3.${region}.amazonaws.com` } },
    },
  ];
}

/** ARN pattern of the environment's auto-scaling groups. */
const ownGroups = ({ partition, region, accountId, environment }: MachineRightsArgs): pulumi.Output<string> =>
  pulumi.interpolate`arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${groupName(environment, "*")}`;

/** What a pool's machine may do. */
export function workerStatements(args: MachineRightsArgs): Statement[] {
  const { joinTokenArn } = args;
  return [
    ...everyMachine(args),
    {
      // It joins with it once, and it ends.
      Sid: "JoinToken",
      Action: "secretsmanager:GetSecretValue",
      Resource: joinTokenArn,
    },
    {
      // It says when it is a ready node, and when its pods are elsewhere, so that it is taken into service, and away.
      Sid: "EnterAndLeaveOwnGroup",
      Action: "autoscaling:CompleteLifecycleAction",
      Resource: ownGroups(args),
    },
  ];
}

/**
 * What a control plane may do: beside the above what the cloud controller manager and the controller of EBS' driver need,
 * which run there and have the machine's rights.
 * https://cloud-provider-aws.sigs.k8s.io/prerequisites/ and
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/example-iam-policy.json
 */
export function controlPlaneStatements(args: MachineRightsArgs): Statement[] {
  const { partition, region, accountId, environment, keyArn, claimArn, joinTokenArn, backupBucketArn } = args;
  const ec2 = (what: string) => pulumi.interpolate`arn:${partition}:ec2:${region}:${accountId}:${what}`;
  const balancers = pulumi.interpolate`arn:${partition}:elasticloadbalancing:${region}:${accountId}:*`;
  const cluster = `kubernetes.io/cluster/${environment}`;
  const ofCluster = { StringEquals: { [`aws:ResourceTag/${cluster}`]: "owned" } };
  const forCluster = { StringEquals: { [`aws:RequestTag/${cluster}`]: "owned" } };
  return [
    ...everyMachine(args),
    ...(backupBucketArn === undefined ? [] : backups(region, keyArn, backupBucketArn)),
    {
      // When the first certificate ends, and that a backup was made, for the alarms; the action knows no resource.
      Sid: "TellAlarms",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": metricsNamespace } },
    },
    {
      // Its group replaces a worker that is a broken node.
      Sid: "ReplaceBrokenWorkers",
      Action: "autoscaling:SetInstanceHealth",
      Resource: ownGroups(args),
    },
    {
      // Whether a cluster was made before, and that it was. It cannot take that back.
      Sid: "ClaimCluster",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"],
      Resource: claimArn,
    },
    {
      // It makes one that ends, again and again.
      Sid: "RenewJoinToken",
      Action: "secretsmanager:PutSecretValue",
      Resource: joinTokenArn,
    },
    {
      // They are encrypted as all secrets are; by no other way than Secrets Manager may the machine use the key for it.
      Sid: "EncryptClaim",
      Action: "kms:GenerateDataKey",
      Resource: keyArn,
      Condition: {
        StringEquals: { "kms:ViaService": pulumi.interpolate`secretsmanager.${region}.amazonaws.com` },
      },
    },
    {
      // Which instance a node is, whether it still is, and where. None of these knows a resource.
      Sid: "Look",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstanceTopology",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeRegions",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSnapshots",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeVolumes",
        "ec2:DescribeVolumesModifications",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      Resource: "*",
    },
    {
      // A Service of type LoadBalancer is a new load balancer, which says by its tag whose it is.
      Sid: "MakeLoadBalancers",
      Action: [
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
      ],
      Resource: balancers,
      Condition: forCluster,
    },
    {
      // Changes, and takes away, those of this cluster only.
      Sid: "ChangeOwnLoadBalancers",
      Action: [
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:SetSecurityGroups",
      ],
      Resource: balancers,
      Condition: ofCluster,
    },
    {
      // A load balancer's own firewall.
      Sid: "MakeFirewalls",
      Action: "ec2:CreateSecurityGroup",
      Resource: [ec2("security-group/*"), ec2("vpc/*")],
    },
    {
      // It, and what it adds to the workers', which bear the cluster's tag too.
      Sid: "ChangeOwnFirewalls",
      Action: [
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupIngress",
      ],
      Resource: ec2("security-group/*"),
      Condition: ofCluster,
    },
    {
      // A claim is a new volume: encrypted, and with the name of the driver's.
      Sid: "MakeVolumes",
      Action: "ec2:CreateVolume",
      Resource: ec2("volume/*"),
      Condition: { ...forCluster, Bool: { "ec2:Encrypted": "true" } },
    },
    {
      // A tag is given with the thing it is for, or never.
      Sid: "TagWhatIsMade",
      Action: "ec2:CreateTags",
      Resource: [ec2("volume/*"), ec2("security-group/*")],
      Condition: { StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSecurityGroup"] } },
    },
    {
      // Larger or gone: the cluster's own volumes, not etcd's, which has no such tag.
      Sid: "ChangeOwnVolumes",
      Action: ["ec2:DeleteVolume", "ec2:ModifyVolume"],
      Resource: ec2("volume/*"),
      Condition: ofCluster,
    },
    {
      // To and from this environment's machines.
      Sid: "AttachToOwnMachines",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: ec2("instance/*"),
      Condition: { StringEquals: { [`aws:ResourceTag/${environmentLabel}`]: environment } },
    },
    {
      Sid: "AttachOwnVolumes",
      Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
      Resource: ec2("volume/*"),
      Condition: ofCluster,
    },
    {
      // Volumes are encrypted with the environment's key, which EC2 uses as long as they are attached.
      Sid: "EncryptVolumes",
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": pulumi.interpolate`ec2.${region}.amazonaws.com` } },
    },
    {
      Sid: "GrantVolumesToEc2",
      Action: "kms:CreateGrant",
      Resource: keyArn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
