import type { Resource, Settings } from "./rule";
import { at, elements, isValues, text, type Value, type Values } from "./values";

/** Where the pods of a kind of resource are described: of which kind the objects are that have them, and the path. */
const podTemplates: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^kubernetes:core\/v1:Pod$/, []],
  [/^kubernetes:core\/v1:ReplicationController$/, ["spec", "template"]],
  [/^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet)$/, ["spec", "template"]],
  [/^kubernetes:batch\/v1:Job$/, ["spec", "template"]],
  [/^kubernetes:batch\/v1:CronJob$/, ["spec", "jobTemplate", "spec", "template"]],
];

/** The pods that a resource makes: their metadata and spec; undefined when it makes none. */
export function podsOf({ type, props }: Resource): Value {
  const path = podTemplates.find(([types]) => types.test(type))?.[1];
  return path && at(props, ...path);
}

/** A container of a pod, and what it is called in a message, as in `init container copy`. */
export interface Container {
  readonly title: string;
  readonly spec: Values;
}

/** All containers of the pods that a resource makes. */
export function containersOf(resource: Resource): Container[] {
  const spec = at(podsOf(resource), "spec");
  return [
    ...containers(at(spec, "containers"), "container"),
    ...containers(at(spec, "initContainers"), "init container"),
  ];
}

function containers(list: Value, word: string): Container[] {
  return elements(list)
    .filter(isValues)
    .map((spec) => ({ title: `${word} ${text(spec.name) ?? "without a name"}`, spec }));
}

/** The namespace that an object is in; `default` when it names none. */
export function namespaceOf({ props }: Resource): Value {
  return at(props, "metadata", "namespace") ?? "default";
}

/** Which components are the platform: what runs the cluster, and so may do what others may not. */
export const platformSetting = {
  platform: {
    description: "Type tokens of the components, or how they begin, whose children are exempt",
    default: ["slipway:platform:"],
  },
};

/** Whether a component of the platform made it: a URN names the types of all that a resource is a child of. */
export function isOfPlatform({ urn }: Resource, { platform = [] }: Settings): boolean {
  const types = urn.split("::")[2]?.split("$") ?? [];
  return types.some((type) => platform.some((beginning) => type.startsWith(beginning)));
}
