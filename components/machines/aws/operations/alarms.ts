import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../../../checks";
import type { Belonging } from "../../belonging";
import { type AwsPlace, policyDocument, type Statement } from "../policy";
import { belongingTags } from "../tags";
import {
  type Alarm,
  backupAlarm,
  certificateAlarm,
  endpointAlarms,
  machineAlarms,
  poolAlarm,
  volumeAlarms,
} from "./alarm-rules";

/** A network load balancer and the targets that it has for the API. */
export interface WatchedEndpoint {
  /** ARN of the load balancer. */
  readonly loadBalancerArn: pulumi.Input<string>;
  /** ARN of the target group whose health check is the API's `/readyz`. */
  readonly targetGroupArn: pulumi.Input<string>;
}

/** An auto-scaling group. */
export interface WatchedPool {
  /** Its name. It has to have `GroupInServiceInstances` among its `enabledMetrics`: a group publishes none otherwise. */
  readonly groupName: pulumi.Input<string>;
  /** How many machines there are at least, 0 and more; 0 has no alarm. */
  readonly min: number;
}

/** What is watched. The keys of the records are machines', pools' and volumes' names; they are part of the alarms' names. */
export interface AlarmsArgs extends Belonging, AwsPlace {
  /** ARN of the key that encrypts what the topic tells; its policy lets CloudWatch use it. */
  readonly keyArn: pulumi.Input<string>;
  /** The API's endpoint. */
  readonly endpoint: WatchedEndpoint;
  /** Control planes: machine to the instance's id. At least one: of how many there are, the majority is what etcd needs. */
  readonly controlPlanes: Readonly<Record<string, pulumi.Input<string>>>;
  /** Volumes, such as etcd's: name to the volume's id. Default none. */
  readonly volumes?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Pools: name to group. Default none. */
  readonly pools?: Readonly<Record<string, WatchedPool>>;
  /** Minutes between two backups of the cluster. Default: it is not backed up, and there is no alarm. */
  readonly backupIntervalMinutes?: number;
  /** How long machines' certificates are good for, in seconds, at least a minute. Default: there is no alarm of their end. */
  readonly certificateSeconds?: number;
  /** E-mail addresses that are told; AWS sends nothing to one until its owner has confirmed. Default none. */
  readonly emails?: readonly string[];
}

/**
 * Alarms of CloudWatch for what AWS sees from outside of the machines, and the encrypted SNS topic that they all tell. A
 * control plane whose host failed is recovered onto another one: same id, address and volumes.
 *
 * Without an agent on the machines CloudWatch knows nothing of what is inside but what control planes tell, of backups and
 * certificates: neither how full a disk is, nor memory, nor
 * etcd's own figures. What it knows of a volume is whether its I/O stalls and how long a write takes.
 *
 * Settings that cannot work throw one error that names them all.
 */
export class Alarms extends pulumi.ComponentResource {
  /** ARN of the topic. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, options: pulumi.ComponentResourceOptions) {
    checkAlarms(name, args);
    super("slipway:machines:AwsAlarms", name, {}, options);

    const tags = belongingTags(args, name);
    const topic = new aws.sns.Topic(name, { kmsMasterKeyId: args.keyArn, tags }, { parent: this });
    new aws.sns.TopicPolicy(
      name,
      { arn: topic.arn, policy: policyDocument(topicStatements(topic.arn, args)) },
      { parent: this },
    );
    const recover = pulumi.interpolate`arn:${args.partition}:automate:${args.region}:ec2:recover`;
    for (const { suffix, recovers = false, ...alarm } of alarmsOf(args)) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-${suffix}`,
        {
          ...alarm,
          alarmActions: recovers ? [recover, topic.arn] : [topic.arn],
          okActions: [topic.arn],
          tags: belongingTags(args, `${name}-${suffix}`),
        },
        { parent: this },
      );
    }
    for (const endpoint of args.emails ?? []) {
      new aws.sns.TopicSubscription(
        `${name}-${endpoint}`,
        { topic: topic.arn, protocol: "email", endpoint },
        { parent: this },
      );
    }
    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }
}

function checkAlarms(name: string, args: AlarmsArgs): void {
  const { controlPlanes, pools = {}, emails = [], backupIntervalMinutes, certificateSeconds } = args;
  const problems = new Problems();
  problems.expectWhole("certificateSeconds", certificateSeconds, 60, Infinity);
  problems.expectWhole("backupIntervalMinutes", backupIntervalMinutes, 1, 1440);
  const count = Object.keys(controlPlanes).length;
  problems.expect(
    count > 0,
    "controlPlanes",
    controlPlanes,
    "give at least one: name of the machine to its id",
  );
  for (const [pool, { min }] of Object.entries(pools)) {
    problems.expectWhole(`pools.${pool}.min`, min, 0, Infinity);
  }
  for (const [index, email] of emails.entries()) {
    const setting = `emails[${index}]`;
    problems.expect(/^[^\s@]+@[^\s@]+$/.test(email), setting, email, "give one such as on-call@example.com");
    problems.expect(emails.indexOf(email) === index, setting, email, "it is there twice: leave it out");
  }
  problems.throwIfAny("the alarms", name);
}

function alarmsOf(args: AlarmsArgs): Alarm[] {
  const { environment, endpoint, controlPlanes, volumes = {}, pools = {} } = args;
  const { backupIntervalMinutes, certificateSeconds } = args;
  return [
    ...(certificateSeconds === undefined ? [] : [certificateAlarm(environment, certificateSeconds)]),
    ...(backupIntervalMinutes === undefined ? [] : [backupAlarm(environment, backupIntervalMinutes)]),
    ...endpointAlarms(endpoint.loadBalancerArn, endpoint.targetGroupArn, Object.keys(controlPlanes).length),
    ...Object.entries(controlPlanes).flatMap(([machine, id]) => machineAlarms(machine, id)),
    ...Object.entries(volumes).flatMap(([volume, id]) => volumeAlarms(volume, id)),
    ...Object.entries(pools)
      .filter(([, { min }]) => min > 0)
      .map(([pool, { groupName, min }]) => poolAlarm(pool, groupName, min)),
  ];
}

function topicStatements(topicArn: pulumi.Output<string>, place: AwsPlace): Statement[] {
  const { partition, region, accountId } = place;
  return [
    {
      // Alarms of this account and region, and nobody else's.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
      Sid: "Alarms",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: {
          "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`,
        },
      },
    },
    {
      // Machines' names and what is wrong with them are nobody's business on the way.
      Sid: "OnlyByTls",
      Effect: "Deny",
      Principal: "*",
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
}
