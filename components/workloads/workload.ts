import type * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";
import { instanceSelectorOf } from "./reference";

/** What the objects of one program in a cluster have in common. */
export interface Workload {
  /** The component that they belong to. */
  readonly component: pulumi.ComponentResource;
  /** Name of its objects, and of its Service if it has one. */
  readonly serviceName: string;
  /** Name that the component has in Pulumi. Default: the same. */
  readonly name?: string;
  readonly namespace: pulumi.Input<string>;
}

/**
 * Name in Pulumi of one of its objects: as in the cluster, but by the component's name where that is another one, as two
 * namespaces of a stack may have a program of the same name.
 */
export function logicalName({ serviceName, name = serviceName }: Workload, object = serviceName): string {
  return object.startsWith(serviceName) ? `${name}${object.slice(serviceName.length)}` : object;
}

/**
 * Notes a name in the cluster that cannot be one.
 * @param given the argument for it, and its value; without one it is the component's own
 */
export function checkName(
  problems: Problems,
  name: string,
  [setting, value]: readonly [string, string | undefined],
  longest: number,
): void {
  problems.expectServiceName(value === undefined ? "name" : setting, value ?? name, longest);
}

/** Labels of its objects and pods. */
export function labelsOf({ serviceName, namespace }: Workload, instance = serviceName) {
  return {
    ...instanceSelectorOf(serviceName, instance),
    "app.kubernetes.io/part-of": namespace,
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Metadata of one of its objects; its name is the workload's own unless another is given. */
export function metadataOf(workload: Workload, name = workload.serviceName) {
  return { name, namespace: workload.namespace, labels: labelsOf(workload) };
}

/** Pulumi need not wait for such an object: something else is waited for, and that is the same wait. */
export const skipAwait = { "pulumi.com/skipAwait": "true" };
