import type * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";

/**
 * What one needs to know of a microservice to talk to it. A `Microservice` is one; for a microservice of another stack,
 * write it down.
 *
 * @example
 * new Microservice("reviews", { namespace, image, talksTo: [{ serviceName: "catalog", namespace: "shop" }] }, options);
 */
export interface MicroserviceReference {
  /** The name that it was made with: 1 to 63 of `a-z`, `0-9` and `-`, with a letter first and no `-` last. */
  readonly serviceName: string;
  /** Its namespace, which must exist. */
  readonly namespace: pulumi.Input<string>;
  /** TCP port that its pods listen on, 1 to 65535, not its Service's. Default 8080, as of every microservice. */
  readonly port?: number;
}

/** The port that a microservice listens on when nothing else is said. */
export const defaultPort = 8080;

/** What selects all pods of a microservice, its canary's too: whom network policies are about. */
export function selectorOf(serviceName: string): Record<string, string> {
  return { "app.kubernetes.io/name": serviceName };
}

/**
 * What selects the pods of one of its sets, such as `catalog` or `catalog-canary`. Never to change: a Deployment's
 * selector cannot.
 */
export function instanceSelectorOf(serviceName: string, instance: string): Record<string, string> {
  return { ...selectorOf(serviceName), "app.kubernetes.io/instance": instance };
}

/** Notes what of references cannot work. */
export function checkReferences(
  problems: Problems,
  setting: string,
  references: readonly MicroserviceReference[],
): void {
  for (const [index, reference] of references.entries()) {
    checkReference(problems, `${setting}[${index}]`, reference);
  }
}

/** Notes what of a reference cannot work. */
export function checkReference(
  problems: Problems,
  setting: string,
  { serviceName, port }: MicroserviceReference,
): void {
  problems.expectServiceName(`${setting}.serviceName`, serviceName);
  problems.expectWhole(`${setting}.port`, port, 1, 65535);
}
