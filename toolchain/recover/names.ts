import { isRecord, type ResourceState } from "./deployment";

const kinds: Readonly<Record<string, string>> = {
  "docker:index/container:Container": "container",
  "docker:index/volume:Volume": "volume",
  "docker:index/network:Network": "network",
  "docker:index/remoteImage:RemoteImage": "image",
  "docker:index/registryImage:RegistryImage": "pushed image",
};

/** `container`, `volume`, `network`, `image` or `pushed image`; undefined for what is not Docker's. */
export function dockerKind({ type }: ResourceState): string | undefined {
  return kinds[type];
}

/** The name that it has where it is, such as a container's; undefined where nobody gave it one. */
export function ownName({ inputs, outputs }: ResourceState): string | undefined {
  const name = outputs?.name ?? inputs?.name;
  return typeof name === "string" ? name : undefined;
}

/** The part of a resource that its creator named: the last of its URN. */
export function logicalName(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The labels that a resource has in Docker, as `name=value`. */
export function labelsOf({ inputs }: ResourceState): string[] {
  const labels = Array.isArray(inputs?.labels) ? (inputs.labels as unknown[]) : [];
  return labels.flatMap((each) => (isRecord(each) ? [`${String(each.label)}=${String(each.value)}`] : []));
}

/** The value of one of these labels. */
export function label(resource: ResourceState, name: string): string | undefined {
  const beginning = `${name}=`;
  return labelsOf(resource)
    .find((each) => each.startsWith(beginning))
    ?.slice(beginning.length);
}

/** What a person calls it: `machine worker-0`, `disk of worker-0`, `network slipway-dev`, `Deployment shop/catalog`. */
export function describe(resource: ResourceState): string {
  const kind = dockerKind(resource);
  const name = ownName(resource) ?? logicalName(resource.urn);
  const machine = machineOf(resource);
  if (machine !== undefined && kind === "container") return `machine ${machine}`;
  if (machine !== undefined && kind === "volume") return `disk of ${machine}`;
  if (kind !== undefined) return `${kind} ${name}`;
  const type = resource.type.slice(resource.type.lastIndexOf(":") + 1);
  return `${type} ${logicalName(resource.urn)}`;
}

/** What each machine is, by its name: its container, or its instance on AWS. Those of elastic pools have no name. */
export function machineResources(resources: readonly ResourceState[]): Map<string, ResourceState> {
  return new Map(
    resources.flatMap((resource) => {
      const name = dockerKind(resource) === "container" ? machineOf(resource) : machineOfInstance(resource);
      return name === undefined ? [] : [[name, resource] as const];
    }),
  );
}

function machineOfInstance({ type, inputs }: ResourceState): string | undefined {
  if (type !== "aws:ec2/instance:Instance" || !isRecord(inputs?.tags)) return undefined;
  const name = inputs.tags["slipway.machine"];
  return typeof name === "string" ? name : undefined;
}

/** The name of the machine that a container or a volume is of; undefined where it is of none. */
function machineOf(resource: ResourceState): string | undefined {
  const environment = label(resource, "slipway.environment");
  const name = ownName(resource);
  if (label(resource, "slipway.role") === undefined || environment === undefined) return undefined;
  return name?.replace(`slipway-${environment}-`, "");
}

/** `a`, `a and b`, `a, b and c`. */
export function enumeration(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
