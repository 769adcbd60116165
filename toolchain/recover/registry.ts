import type { Deployment, ResourceState } from "./deployment";
import { dockerKind, ownName } from "./names";

/**
 * The deployment with no object of a cluster that goes with the registry's container. In states of before an image's name was
 * known by that container, and the engine deletes what depends on a container before it makes another one: every workload,
 * and their databases. The next update writes the dependencies that there are.
 *
 * @returns the same deployment where there is no such object
 */
export function apartFromRegistry(deployment: Deployment): Deployment {
  const { resources = [] } = deployment;
  const registry = resources.find(
    (resource) => dockerKind(resource) === "container" && ownName(resource)?.endsWith("-registry"),
  );
  const dependsOnIt = ({ type, dependencies = [] }: ResourceState): boolean =>
    registry !== undefined && type.startsWith("kubernetes:") && dependencies.includes(registry.urn);
  if (!resources.some(dependsOnIt)) return deployment;
  const inDocker = new Set(resources.filter(dockerKind).map(({ urn }) => urn));
  return {
    ...deployment,
    resources: resources.map((resource) =>
      dependsOnIt(resource) ? withoutDependencies(resource, inDocker) : resource,
    ),
  };
}

function withoutDependencies(resource: ResourceState, urns: ReadonlySet<string>): ResourceState {
  const { dependencies = [], propertyDependencies = {} } = resource;
  const rest = (all: readonly string[]): string[] => all.filter((urn) => !urns.has(urn));
  const properties = Object.entries(propertyDependencies).map(
    ([name, of]) => [name, of && rest(of)] as const,
  );
  return {
    ...resource,
    dependencies: rest(dependencies),
    propertyDependencies: Object.fromEntries(properties),
  };
}
