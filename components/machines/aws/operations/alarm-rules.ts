import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { metricsNamespace } from "../machine-rights";

/** An alarm without the names and actions that all have in common. */
export interface Alarm extends Pick<
  aws.cloudwatch.MetricAlarmArgs,
  | "alarmDescription"
  | "comparisonOperator"
  | "dimensions"
  | "evaluationPeriods"
  | "metricName"
  | "metricQueries"
  | "namespace"
  | "period"
  | "statistic"
  | "threshold"
  | "treatMissingData"
> {
  /** What its name ends with. */
  readonly suffix: string;
  /** Whether it moves the instance to another host. */
  readonly recovers?: boolean;
}

const minute = 60;

/**
 * Of the API's endpoint. Its health check asks `/readyz`, which fails when etcd has no quorum: so the healthy ones are what
 * the cluster has left. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
 */
export function endpointAlarms(
  loadBalancerArn: pulumi.Input<string>,
  targetGroupArn: pulumi.Input<string>,
  controlPlanes: number,
): Alarm[] {
  const majority = Math.floor(controlPlanes / 2) + 1;
  const watched = {
    namespace: "AWS/NetworkELB",
    dimensions: { LoadBalancer: resourceOf(loadBalancerArn), TargetGroup: resourceOf(targetGroupArn) },
    period: minute,
  };
  return [
    {
      suffix: "quorum",
      alarmDescription: `Less than ${majority} of ${controlPlanes} API servers are ready: etcd takes no writes below that`,
      ...watched,
      metricName: "HealthyHostCount",
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: majority,
      evaluationPeriods: 3,
      // A load balancer without targets says nothing.
      treatMissingData: "breaching",
    },
    {
      suffix: "endpoint",
      alarmDescription: "An API server has not been ready for five minutes",
      ...watched,
      metricName: "UnHealthyHostCount",
      statistic: "Maximum",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      evaluationPeriods: 5,
      treatMissingData: "missing",
    },
  ];
}

/**
 * What CloudWatch calls a load balancer or a target group: the end of its ARN, as in `net/prod/50dc6c495c0c9188` and
 * `targetgroup/prod/6d0ecf831eec9f09`.
 */
function resourceOf(arn: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(arn).apply((text) => text.replace(/^.*:(loadbalancer\/)?/, ""));
}

/**
 * Of an instance. Only a failure of AWS' host can be recovered from by moving to another one.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-recover.html
 */
export function machineAlarms(machine: string, instanceId: pulumi.Input<string>): Alarm[] {
  const failed = {
    namespace: "AWS/EC2",
    dimensions: { InstanceId: instanceId },
    period: minute,
    statistic: "Maximum",
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
  };
  return [
    {
      suffix: `${machine}-host`,
      alarmDescription: `The host of ${machine} fails AWS' checks: the machine is recovered on another one`,
      ...failed,
      metricName: "StatusCheckFailed_System",
      evaluationPeriods: 2,
      // Also while it is stopped on purpose.
      treatMissingData: "missing",
      recovers: true,
    },
    {
      suffix: `${machine}-status`,
      alarmDescription: `${machine} fails a check of AWS': of its host, of the machine, or of a disk's connection`,
      ...failed,
      metricName: "StatusCheckFailed",
      evaluationPeriods: 5,
      // One that was terminated says nothing any more.
      treatMissingData: "breaching",
    },
  ];
}

/** Milliseconds; etcd wants a disk that writes within 10: https://etcd.io/docs/v3.6/faq/#what-does-the-etcd-warning-apply-entries-took-too-long-mean */
const slowWrite = 10;

/**
 * Of a volume. gp3 has no credits that run out, and how full a file system is only the machine knows.
 * https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
 */
export function volumeAlarms(volume: string, volumeId: pulumi.Input<string>): Alarm[] {
  const of = (metricName: string) => ({
    metric: {
      namespace: "AWS/EBS",
      metricName,
      dimensions: { VolumeId: volumeId },
      period: 5 * minute,
      stat: "Sum",
    },
  });
  return [
    {
      suffix: `${volume}-stalled`,
      alarmDescription: `The I/O of the volume ${volume} stalls`,
      namespace: "AWS/EBS",
      metricName: "VolumeStalledIOCheck",
      dimensions: { VolumeId: volumeId },
      period: minute,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      evaluationPeriods: 2,
      // Instances that are not built on Nitro do not know.
      treatMissingData: "notBreaching",
    },
    {
      suffix: `${volume}-slow`,
      alarmDescription: `The volume ${volume} takes more than ${slowWrite} ms for a write: too long for etcd`,
      metricQueries: [
        {
          id: "milliseconds",
          label: "Milliseconds a write",
          expression: "IF(writes > 0, 1000 * seconds / writes, 0)",
          returnData: true,
        },
        { id: "seconds", ...of("VolumeTotalWriteTime") },
        { id: "writes", ...of("VolumeWriteOps") },
      ],
      comparisonOperator: "GreaterThanThreshold",
      threshold: slowWrite,
      evaluationPeriods: 3,
      // A volume that is not attached is not slow.
      treatMissingData: "notBreaching",
    },
  ];
}

/** Of the cluster's backups, which say of themselves when one was made: `store.py` of the machine image. */
export function backupAlarm(environment: string, intervalMinutes: number): Alarm {
  // CloudWatch takes whole minutes, and at most a day for all periods together.
  const period = intervalMinutes * minute;
  const evaluationPeriods = Math.max(1, Math.min(2, Math.floor((24 * 60) / intervalMinutes)));
  return {
    suffix: "backup",
    alarmDescription: `The cluster was not backed up for ${evaluationPeriods * intervalMinutes} minutes`,
    namespace: metricsNamespace,
    metricName: "ClusterBackupBytes",
    dimensions: { Environment: environment },
    period,
    statistic: "SampleCount",
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    evaluationPeriods,
    treatMissingData: "breaching",
  };
}

/** With so much of its time left a certificate should have been renewed, as previews have it: thirty days of a year. */
const lateShare = 30 / 365;
const day = 24 * 60 * minute;

/**
 * Of machines' certificates: the control planes tell each minute how many days are left to the first that ends
 * (`look-after-nodes` of the machine image). Where none tells, that is an alarm too.
 * @param validitySeconds how long they are good for
 */
export function certificateAlarm(environment: string, validitySeconds: number): Alarm {
  const days = Number(((validitySeconds * lateShare) / day).toPrecision(3));
  return {
    suffix: "certificates",
    alarmDescription: `A certificate of a machine ends in less than ${days} days, and should have been renewed, or nobody tells when`,
    namespace: metricsNamespace,
    metricName: "CertificateDaysLeft",
    dimensions: { Environment: environment },
    period: 5 * minute,
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    threshold: days,
    evaluationPeriods: 6,
    treatMissingData: "breaching",
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html */
export function poolAlarm(pool: string, groupName: pulumi.Input<string>, min: number): Alarm {
  return {
    suffix: `${pool}-machines`,
    alarmDescription: `The pool ${pool} has had less than its ${min} machines in service for ten minutes`,
    namespace: "AWS/AutoScaling",
    metricName: "GroupInServiceInstances",
    dimensions: { AutoScalingGroupName: groupName },
    period: minute,
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    threshold: min,
    evaluationPeriods: 10,
    // A group whose metrics are not enabled has an alarm, and no silence.
    treatMissingData: "breaching",
  };
}
