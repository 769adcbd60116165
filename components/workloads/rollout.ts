import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Amount, Problems } from "../checks";

/** How new pods take the place of old ones. */
export interface Rollout {
  /**
   * `rolling`: old pods go as new ones become ready, so that a request always finds one. `recreate`: all old ones go
   * first. Default `rolling`, or `recreate` with a volume that only one node at a time can have.
   */
  readonly strategy?: "rolling" | "recreate";
  /** Most pods there are beyond those wanted while it rolls, such as 1 or `"25%"`. Default 1. */
  readonly maxSurge?: Amount;
  /** Most pods there are not while it rolls, such as 1 or `"25%"`. Default 0. */
  readonly maxUnavailable?: Amount;
  /**
   * Seconds in which the next new pod must be ready, 10 to 3600; otherwise the roll-out has failed: `pulumi up` says
   * why, and the old pods go on serving. Default 180.
   */
  readonly deadlineSeconds?: number;
  /** Another image for a part of what comes from outside. Default none. */
  readonly canary?: Canary;
}

/**
 * A new image that is tried out beside the one in use, by pods and a Service of their own. Every {@link Exposure} of
 * the microservice leads that part of its requests to them; calls inside the cluster stay with the image in use.
 */
export interface Canary {
  /** The image on trial, by digest. */
  readonly image: pulumi.Input<string>;
  /** Its part of the requests in percent, 0 to 100. */
  readonly weight: number;
  /** Number of its pods, from 1. Default 1. */
  readonly replicas?: number;
}

export const defaultDeadlineSeconds = 180;

/** A Deployment's strategy. */
export function strategyOf({
  strategy = "rolling",
  maxSurge = 1,
  maxUnavailable = 0,
}: Rollout): k8s.types.input.apps.v1.DeploymentStrategy {
  return strategy === "recreate"
    ? { type: "Recreate" }
    : { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } };
}

export function checkRollout(problems: Problems, rollout: Rollout): void {
  const { strategy, maxSurge, maxUnavailable, deadlineSeconds, canary } = rollout;
  problems.expectAmount("rollout.maxSurge", maxSurge);
  problems.expectAmount("rollout.maxUnavailable", maxUnavailable);
  const stuck = isNothing(maxSurge ?? 1) && isNothing(maxUnavailable ?? 0);
  problems.expect(
    !stuck,
    "rollout.maxSurge",
    maxSurge,
    "give more than 0, or a rollout.maxUnavailable of more",
  );
  const meant = strategy !== "recreate" || (maxSurge === undefined && maxUnavailable === undefined);
  const advice = "give no maxSurge and no maxUnavailable with it: all pods go at once";
  problems.expect(meant, "rollout.strategy", strategy, advice);
  problems.expectWhole("rollout.deadlineSeconds", deadlineSeconds, 10, 3600);
  problems.expectWhole("rollout.canary.weight", canary?.weight, 0, 100, ", in percent");
  problems.expectWhole("rollout.canary.replicas", canary?.replicas, 1, Infinity);
}

function isNothing(amount: Amount): boolean {
  return amount === 0 || amount === "0%";
}
