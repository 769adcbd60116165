import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../../belonging";
import { iamPath } from "../policy";
import { belongingTags } from "../tags";

/** How long a VPC's flow logs are kept, and what encrypts them. */
export interface FlowLogSettings {
  /**
   * Days; one of those that CloudWatch Logs takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 and more.
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
   */
  readonly retentionDays: number;
  /**
   * ARN of the KMS key that encrypts them. Its policy has to let `logs.REGION.amazonaws.com` encrypt and decrypt:
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** Which VPC's flow logs, and whose it is. */
export interface FlowLogsArgs extends Belonging, FlowLogSettings {
  /** The VPC. */
  readonly vpc: aws.ec2.Vpc;
  /** ARN of a policy beyond which its role has no right. Default none. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
}

/** Who talked to whom in a VPC, and what was refused: a record of every flow, in a log group of CloudWatch. */
export class FlowLogs extends pulumi.ComponentResource {
  /** Name of the log group. */
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: FlowLogsArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsFlowLogs", name, {}, options);

    const tags = belongingTags(args, name);
    const group = new aws.cloudwatch.LogGroup(
      name,
      { retentionInDays: args.retentionDays, kmsKeyId: args.kmsKeyArn, tags },
      { parent: this },
    );
    const role = new aws.iam.Role(
      name,
      {
        description: `Writes the flow logs of the environment ${args.environment}`,
        path: iamPath(args.environment),
        assumeRolePolicy: assumedForFlowLogsOf(args.vpc),
        ...(args.permissionsBoundaryArn !== undefined && {
          permissionsBoundary: args.permissionsBoundaryArn,
        }),
        tags,
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.id, policy: writingTo(group) },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      name,
      { vpcId: args.vpc.id, trafficType: "ALL", iamRoleArn: role.arn, logDestination: group.arn, tags },
      // Without it the first records would be lost.
      { parent: this, dependsOn: policy },
    );
    this.logGroupName = group.name;
    this.registerOutputs({ logGroupName: this.logGroupName });
  }
}

/** Flow logs of this account and region alone: nobody else's can make AWS use the role. */
function assumedForFlowLogsOf(vpc: aws.ec2.Vpc): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": vpc.ownerId },
          // The flow log's own id is known only after the role.
          ArnLike: { "aws:SourceArn": vpc.arn.apply((arn) => arn.replace(/:vpc\/.*$/, ":vpc-flow-log/*")) },
        },
      },
    ],
  });
}

/**
 * What AWS asks for, but for the making of log groups: a flow log that is still there when its group goes would make it
 * anew. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
function writingTo(group: aws.cloudwatch.LogGroup): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        // A stream for each network interface, found again or made, and the records in it.
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: pulumi.interpolate`${group.arn}:*`,
      },
      // Whether the group is there: a list, which AWS gives of all groups or of none.
      { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    ],
  });
}
