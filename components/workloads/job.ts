import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { createConfiguration } from "./configuration";
import { checkJob, createJobSpec, defaultJobDeadlineSeconds, type JobArgs } from "./job-spec";
import { metadataOf } from "./workload";

/**
 * A program that runs once, such as a migration: a Job with ServiceAccount and network policies, in a pod that passes Pod
 * Security `restricted`. `pulumi up` waits until it has ended, and fails when it has failed. Changed settings run it
 * again; unchanged, it never is. Settings that cannot work throw one error that names them all.
 *
 * @example
 * const migration = new Job("migrate", { namespace, image, command: ["./migrate"], talksTo: [database] }, { provider });
 * new Microservice("orders", { namespace, image }, { provider, dependsOn: [migration] });
 */
export class Job extends pulumi.ComponentResource {
  /** Name of its objects. */
  readonly jobName: string;

  constructor(name: string, args: JobArgs, options: pulumi.ComponentResourceOptions) {
    const problems = new Problems();
    checkJob(problems, name, args, 63);
    problems.throwIfAny("Job", name);
    super("slipway:workloads:Job", name, {}, options);

    const { jobName = name, namespace } = args;
    this.jobName = jobName;
    const workload = { component: this, name, serviceName: jobName, namespace };
    // A moment more than it may take by itself, so that it is the Job that says what went wrong.
    const seconds = (args.deadlineSeconds ?? defaultJobDeadlineSeconds) + 30;
    new k8s.batch.v1.Job(
      name,
      { metadata: metadataOf(workload), spec: createJobSpec(workload, args, createConfiguration) },
      {
        parent: this,
        // A Job's pods never change: with other settings it is another Job, of the same name.
        deleteBeforeReplace: true,
        replaceOnChanges: ["spec"],
        customTimeouts: { create: `${seconds}s` },
      },
    );
    this.registerOutputs({ jobName: this.jobName });
  }
}
