/** A resource in a stack's state, as far as recovery looks at it; everything else in it is kept as it is. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  /** `<urn>::<id>` of the resource of its provider. */
  readonly provider?: string;
  readonly deletedWith?: string;
  /** Its deletion only takes it from the state. */
  readonly retainOnDelete?: boolean;
  readonly replaceWith?: readonly string[];
  /** The next update or destroy reads it first: it is what its provider says, or gone. */
  readonly refreshBeforeUpdate?: boolean;
}

/** What the engine had begun and not ended when the state was written last. */
export interface PendingOperation {
  readonly resource: ResourceState;
  /** `creating`, `updating`, `deleting`, `reading` or `importing`. */
  readonly type: string;
}

/**
 * A stack's resources, in an order in which each stands after what it needs:
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (DeploymentV3)
 */
export interface Deployment {
  readonly resources?: readonly ResourceState[];
  readonly pending_operations?: readonly PendingOperation[];
}

/** The deployment without its pending operations: what they had begun is settled. */
export function withoutPendingOperations(deployment: Deployment): Deployment {
  return { ...deployment, pending_operations: [] };
}

/**
 * The deployment with what its pending creations have made, to be read before anything else is done with it.
 *
 * @param ids - by URN
 */
export function withFound(deployment: Deployment, ids: ReadonlyMap<string, string>): Deployment {
  const { resources = [], pending_operations: pending } = deployment;
  const found = (pending ?? []).flatMap(({ resource }) => {
    const id = ids.get(resource.urn);
    // Without outputs a provider reads all that there is, as in an import.
    return id === undefined ? [] : [{ ...resource, id, outputs: {}, refreshBeforeUpdate: true }];
  });
  return found.length === 0 ? deployment : { ...deployment, resources: [...resources, ...found] };
}

/** The deployment with some of its resources to be read before anything else is done with them: they may be gone. */
export function withReadFirst(deployment: Deployment, urns: ReadonlySet<string>): Deployment {
  if (urns.size === 0) return deployment;
  const { resources = [] } = deployment;
  return {
    ...deployment,
    resources: resources.map((each) => (urns.has(each.urn) ? { ...each, refreshBeforeUpdate: true } : each)),
  };
}

/**
 * The deployment without some of its resources, as if it had been refreshed after they went: nothing that stays
 * refers to them, and a child of one becomes its grandparent's.
 *
 * @param urns - of what goes
 */
export function withoutResources(deployment: Deployment, urns: ReadonlySet<string>): Deployment {
  if (urns.size === 0) return deployment;
  const { resources = [] } = deployment;
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const survivor = (urn: string | undefined): string | undefined =>
    urn !== undefined && urns.has(urn) ? survivor(parents.get(urn)) : urn;
  const kept = resources
    .filter(({ urn }) => !urns.has(urn))
    .map((resource) => withoutReferences(resource, urns, survivor(resource.parent)));
  return { ...deployment, resources: kept };
}

function withoutReferences(
  resource: ResourceState,
  urns: ReadonlySet<string>,
  parent: string | undefined,
): ResourceState {
  const { dependencies, propertyDependencies, deletedWith, replaceWith } = resource;
  const staying = (list: readonly string[]): string[] => list.filter((urn) => !urns.has(urn));
  // Assigned only where it was there: a state that is not changed must be written as it was read.
  return {
    ...resource,
    ...(parent !== resource.parent && { parent }),
    ...(dependencies && { dependencies: staying(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, list]) => [property, list && staying(list)]),
      ),
    }),
    ...(deletedWith !== undefined && urns.has(deletedWith) && { deletedWith: undefined }),
    ...(replaceWith && { replaceWith: staying(replaceWith) }),
  };
}

/** The resource that provides for another one, when the state has it. */
export function providerOf(
  { provider = "" }: ResourceState,
  resources: readonly ResourceState[],
): ResourceState | undefined {
  const urn = provider.slice(0, provider.lastIndexOf("::"));
  return resources.find((candidate) => candidate.urn === urn);
}

/** @throws Error when the text is no deployment, naming `source` */
export function parseDeployment(value: unknown, source: string): Deployment {
  const isDeployment =
    isRecord(value) && hasResources(value.resources) && hasOperations(value.pending_operations);
  if (!isDeployment)
    throw new Error(`${source} is no state of a Pulumi stack that this version of Slipway knows`);
  return value;
}

const hasResources = (value: unknown): boolean =>
  value == null || (Array.isArray(value) && value.every(isResource));

const hasOperations = (value: unknown): boolean =>
  value == null ||
  (Array.isArray(value) &&
    value.every((entry) => isRecord(entry) && typeof entry.type === "string" && isResource(entry.resource)));

const isResource = (value: unknown): boolean =>
  isRecord(value) && typeof value.urn === "string" && typeof value.type === "string";

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Pulumi's mark of a secret in a state, https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go */
const [signature, ofSecret] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

/** A value of a state that was exported with its secrets in clear, without the mark, and whether it had it. */
export function inClear(value: unknown): { readonly value: unknown; readonly isSecret: boolean } {
  if (!isRecord(value) || value[signature] !== ofSecret || typeof value.plaintext !== "string") {
    return { value, isSecret: false };
  }
  return { value: JSON.parse(value.plaintext), isSecret: true };
}
