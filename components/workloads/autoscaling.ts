import * as k8s from "@pulumi/kubernetes";

import type { Problems } from "../checks";
import { logicalName, metadataOf, type Workload } from "./workload";

/** How many pods there are, by what they use. */
export interface Autoscaling {
  /** Fewest pods, from 1. */
  readonly min: number;
  /** Most pods, from `min`. */
  readonly max: number;
  /**
   * Use of processors in percent of what the pods request, above which there are more pods and below which fewer: 1 to
   * 1000. Default 70, when `memoryPercent` is not given either.
   */
  readonly cpuPercent?: number;
  /** The same of memory. Default: memory does not count. With both, the one that asks for more pods decides. */
  readonly memoryPercent?: number;
  /** Seconds for which fewer pods must have been enough before some go, 0 to 3600. Default 300. */
  readonly scaleDownSeconds?: number;
}

/** A HorizontalPodAutoscaler of the Deployment of the workload's name. It reads what metrics-server measures. */
export function createAutoscaler(workload: Workload, autoscaling: Autoscaling): void {
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    logicalName(workload),
    {
      metadata: metadataOf(workload),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: workload.serviceName },
        minReplicas: autoscaling.min,
        maxReplicas: autoscaling.max,
        metrics: Object.entries(targets(autoscaling)).map(([name, averageUtilization]) => ({
          type: "Resource",
          resource: { name, target: { type: "Utilization", averageUtilization } },
        })),
        behavior: { scaleDown: { stabilizationWindowSeconds: autoscaling.scaleDownSeconds ?? 300 } },
      },
    },
    { parent: workload.component },
  );
}

/** Percent by resource. */
function targets({ cpuPercent, memoryPercent }: Autoscaling): Readonly<Record<string, number>> {
  const cpu = cpuPercent ?? (memoryPercent === undefined ? 70 : undefined);
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memoryPercent === undefined ? {} : { memory: memoryPercent }),
  };
}

/** @param requests what each pod requests, by resource, as far as it is known */
export function checkAutoscaling(
  problems: Problems,
  autoscaling: Autoscaling,
  requests: Readonly<Record<string, unknown>> | undefined,
): void {
  const { min, max, cpuPercent, memoryPercent, scaleDownSeconds } = autoscaling;
  problems.expectWhole("autoscaling.min", min, 1, Infinity);
  problems.expectWhole("autoscaling.max", max, Math.max(1, min), Infinity, ", not below autoscaling.min");
  problems.expectWhole("autoscaling.cpuPercent", cpuPercent, 1, 1000);
  problems.expectWhole("autoscaling.memoryPercent", memoryPercent, 1, 1000);
  problems.expectWhole("autoscaling.scaleDownSeconds", scaleDownSeconds, 0, 3600);
  for (const resource of Object.keys(targets(autoscaling))) {
    const known = requests === undefined || resource in requests;
    const advice = `give what a pod requests, as autoscaling counts in percent of it`;
    problems.expect(known, `resources.requests.${resource}`, undefined, advice);
  }
}
