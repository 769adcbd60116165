import { type Container, containersOf, isOfPlatform, platformSetting, podsOf } from "../kubernetes";
import type { Resource, ResourceRule, Settings } from "../rule";
import { at, text } from "../values";

/** What the scheduler has to know to place a pod, and the node to survive it. */
export const containerResources: ResourceRule = {
  name: "container-resources",
  description: "Containers request what they need, and have a limit",
  level: "mandatory",
  settings: {
    ...platformSetting,
    // A limit of processors only slows a container down while its node is idle; one of memory saves the node.
    required: {
      description: "What each container has to say",
      default: ["requests.cpu", "requests.memory", "limits.memory"],
    },
  },
  check: (resource, settings) =>
    containersOf(resource).flatMap((container) => {
      const missing = required(resource, settings).filter((path) => !says(container, path));
      if (missing.length === 0) return [];
      return [`${container.title} sets no ${missing.join(", ")}; write ${missing.map(example).join(", ")}`];
    }),
};

/** A limit would have the kernel kill what the node's network is made of: the platform's own such pods go without. */
function required(resource: Resource, settings: Settings): readonly string[] {
  const { required: all = [] } = settings;
  const priority = text(at(podsOf(resource), "spec", "priorityClassName"));
  const exempt = priority === "system-node-critical" && isOfPlatform(resource, settings);
  return exempt ? all.filter((path) => !path.startsWith("limits.")) : all;
}

function says({ spec }: Container, path: string): boolean {
  return at(spec, "resources", ...path.split(".")) !== undefined;
}

function example(path: string): string {
  return `resources.${path}: ${path.endsWith(".memory") ? "128Mi" : "100m"}`;
}
