import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { checkConfiguration, type Configuration, type ConfigurationArgs } from "./configuration";
import { createNetworkPolicies } from "./network-policies";
import { podSpec } from "./pod-spec";
import { checkProgram, mountedPaths, type ProgramArgs } from "./program-args";
import { type Callee, checkCallees, instanceSelectorOf } from "./reference";
import { createServiceAccount, type Role } from "./service-account";
import { checkVolumes, createClaims, type VolumeArgs } from "./volumes";
import { checkName, labelsOf, type Workload } from "./workload";

/** A program that ends, and whom it talks to. */
export interface JobArgs extends ConfigurationArgs, ProgramArgs {
  /** Namespace, such as a {@link WorkloadNamespace}'s. */
  readonly namespace: pulumi.Input<string>;
  /** Image by digest, `host/repository@sha256:…`. */
  readonly image: pulumi.Input<string>;
  /** Name of its objects. Default: the component's. */
  readonly jobName?: string;
  /** Microservices and networks outside that it calls; it can open no other connections. Default none. */
  readonly talksTo?: readonly Callee[];
  /** Default: requests of 50m processor and 64Mi memory, limits of 1 processor and 256Mi. */
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  /** How often it is tried again when it ends with another code than 0, from 0. Default 3. */
  readonly retries?: number;
  /** Seconds that it may take with all its tries, 1 to 86400; it has failed then. Default 600. */
  readonly deadlineSeconds?: number;
  /** What it may do with the cluster's API in its namespace. Default nothing: its pod has no token then. */
  readonly roles?: readonly Role[];
  /** Disks, which stay when it has ended. Default none. */
  readonly volumes?: readonly VolumeArgs[];
}

export const defaultJobDeadlineSeconds = 600;

/**
 * Makes what a Job's pods need, and gives its specification.
 * @param configure how they are told what the program is told
 */
export function createJobSpec(
  workload: Workload,
  args: JobArgs,
  configure: (workload: Workload, args: JobArgs) => Configuration,
): k8s.types.input.batch.v1.JobSpec {
  const { roles = [], talksTo = [], volumes = [] } = args;
  createNetworkPolicies(workload, { talksTo, usesApi: roles.length > 0 });
  return jobSpec(workload, args, {
    account: createServiceAccount(workload, roles),
    configuration: configure(workload, args),
    ...createClaims(workload, volumes),
  });
}

/** What several Jobs of one workload may share. */
export type JobParts = Pick<
  Parameters<typeof podSpec>[0],
  "account" | "configuration" | "volumes" | "volumeMounts"
>;

/** A Job of parts that are there. */
export function jobSpec(
  workload: Workload,
  { image, resources, retries = 3, deadlineSeconds = defaultJobDeadlineSeconds, ...program }: JobArgs,
  parts: JobParts,
): k8s.types.input.batch.v1.JobSpec {
  return {
    backoffLimit: retries,
    activeDeadlineSeconds: deadlineSeconds,
    // Two pods of one program at once may be more than it can bear: the next begins when the last one has ended.
    podReplacementPolicy: "Failed",
    template: {
      metadata: { labels: labelsOf(workload) },
      spec: podSpec({
        ...parts,
        selector: instanceSelectorOf(workload.serviceName, workload.serviceName),
        image,
        program,
        restartPolicy: "Never",
        termination: { drainSeconds: 0 },
        ...(resources && { resources }),
      }),
    },
  };
}

/** @param longest most characters that the name may have */
export function checkJob(problems: Problems, name: string, args: JobArgs, longest: number): void {
  const { volumes = [], jobName } = args;
  checkName(problems, name, ["jobName", jobName], longest);
  checkProgram(problems, args);
  checkCallees(problems, "talksTo", args.talksTo ?? []);
  problems.expectWhole("retries", args.retries, 0, Infinity);
  problems.expectWhole("deadlineSeconds", args.deadlineSeconds, 1, 86_400);
  checkConfiguration(problems, args, mountedPaths(args, volumes), false);
  checkVolumes(problems, volumes, 1);
}
