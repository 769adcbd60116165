import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";

/** Seconds. Each node learns by itself what the API server knows. */
const wait = {
  /** Until every node lets the ingress into pods that a route is about to lead to. */
  policies: 4,
  /** Until every pod of the ingress has read the routes, which it does every second, and has no old answer to wait for. */
  routes: 6,
};

let binding: pulumi.ResourceHookBinding | undefined;

/**
 * Waits before and after the update of an Ingress. What a program no longer has, Pulumi deletes when all else is done, so
 * that the pods that a route led to are there until no request goes to them any more. A new Ingress waits for nothing.
 */
export function waitAroundRouteChange(): pulumi.ResourceHookBinding {
  // Programs under test have mocks in the engine's place, which know no hooks.
  if (!pulumi.runtime.hasEngine()) return {};
  // A hook's name is taken once in a program.
  binding ??= {
    beforeUpdate: [new pulumi.ResourceHook("slipway-before-routes", () => sleep(wait.policies * 1000))],
    afterUpdate: [new pulumi.ResourceHook("slipway-after-routes", () => sleep(wait.routes * 1000))],
  };
  return binding;
}
