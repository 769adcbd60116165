import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { createLatestConfiguration } from "./configuration";
import { checkJob, createJobSpec, type JobArgs } from "./job-spec";
import { checkSchedule, type Schedule, scheduleSpec } from "./schedule";
import { metadataOf } from "./workload";

/** A program that ends, and when it runs. */
export interface ScheduledJobArgs extends JobArgs, Schedule {}

/**
 * A program that runs again and again: a CronJob with ServiceAccount and network policies, in pods that pass Pod Security
 * `restricted`. A run that lasts until the next one is due goes on, and that one is left out. Settings that cannot work
 * throw one error that names them all.
 *
 * @example
 * new ScheduledJob("report", { namespace, image, schedule: "0 6 * * MON-FRI", timeZone: "Europe/Berlin" }, { provider });
 */
export class ScheduledJob extends pulumi.ComponentResource {
  /** Name of its objects. */
  readonly jobName: string;

  constructor(name: string, args: ScheduledJobArgs, options: pulumi.ComponentResourceOptions) {
    const problems = new Problems();
    checkJob(problems, name, args, longestCronJobName);
    checkSchedule(problems, args);
    problems.throwIfAny("ScheduledJob", name);
    super("slipway:workloads:ScheduledJob", name, {}, options);

    const { jobName = name, namespace } = args;
    this.jobName = jobName;
    const workload = { component: this, name, serviceName: jobName, namespace };
    new k8s.batch.v1.CronJob(
      name,
      {
        metadata: metadataOf(workload),
        spec: {
          ...scheduleSpec(args),
          jobTemplate: { spec: createJobSpec(workload, args, createLatestConfiguration) },
        },
      },
      { parent: this },
    );
    this.registerOutputs({ jobName: this.jobName });
  }
}

/** Its Jobs' names have 11 characters more: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
export const longestCronJobName = 52;
