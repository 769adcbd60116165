import * as pulumi from "@pulumi/pulumi";

/** A resource as it was registered with the engine. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Urn and id of the provider that was named for it; empty when none was. */
  readonly provider: string;
}

let registered: Registered[] = [];

/**
 * Puts an engine in place that creates nothing and remembers everything.
 * @param preview whether the program is told that it is previewed. Default false.
 * @param outputs what resources of a type have beside their inputs. Default none.
 * @param lookUp what a look-up of that token with these arguments finds. Default its arguments.
 */
export function recordResources({
  preview = false,
  outputs = {},
  lookUp = (_token, inputs) => inputs,
}: {
  preview?: boolean;
  outputs?: Readonly<Record<string, Record<string, unknown>>>;
  lookUp?: (token: string, inputs: Record<string, unknown>) => Record<string, unknown>;
} = {}): void {
  registered = [];
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs, provider = "" }) => {
      registered.push({ type, name, inputs: inputs as Record<string, unknown>, provider });
      return { id: name, state: { ...(inputs as Record<string, unknown>), ...outputs[type] } };
    },
    call: ({ token, inputs }) => lookUp(token, inputs as Record<string, unknown>),
  };
  void pulumi.runtime.setMocks(mocks, undefined, undefined, preview);
}

/** Constructs a component and gives all that it registered, once the engine has answered for each. */
export async function registeredBy(
  construct: (options: pulumi.ComponentResourceOptions) => unknown,
): Promise<Registered[]> {
  const resources: pulumi.Resource[] = [];
  const collect: pulumi.ResourceTransformation = ({ resource }) => {
    resources.push(resource);
    return undefined;
  };
  construct({ transformations: [collect] });
  await Promise.all(resources.map((resource) => valueOf(resource.urn)));
  return registered;
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** How many resources of each type there are. */
export function countByType(resources: readonly Registered[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) {
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

/** Inputs of the one resource of a type, with that logical name if there are several. */
export function inputsOf(resources: readonly Registered[], type: string, name?: string): Inputs {
  const found = resources.filter((r) => r.type === type && (name === undefined || r.name === name));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} resources of type ${type}, name ${name ?? "any"}, instead of one`);
  }
  return only.inputs as unknown as Inputs;
}

/** The parts of a Kubernetes object that tests look into. */
export interface Inputs {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly data: Record<string, string>;
  readonly spec: Record<string, unknown> & { readonly template: PodTemplate };
  readonly rules: unknown;
}

export interface PodTemplate {
  readonly metadata: {
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown> & {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
}

export interface Container extends Record<string, unknown> {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
}

/** The one container of a pod template. */
export function containerOf(inputs: Inputs): Container {
  const [container] = inputs.spec.template.spec.containers;
  if (container === undefined) {
    throw new Error("the pod has no container");
  }
  return container;
}
