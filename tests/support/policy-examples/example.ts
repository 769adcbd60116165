import type { Resource } from "../../../policies/rule";
import type { Values } from "../../../policies/values";

/** A resource of an example. */
export interface ExampleResource {
  readonly type: string;
  readonly props: Values;
  /** Type of the component that it is a child of. Default: none. */
  readonly parent?: string;
}

/** Resources, and what a rule says of them. */
export interface Example {
  /** What is special about it, as in `an image without a tag`. */
  readonly title: string;
  readonly resources: readonly ExampleResource[];
  /** The messages, in order; none when all is well. */
  readonly says: readonly string[];
}

/** All examples of one rule. */
export interface Examples {
  readonly rule: string;
  readonly examples: readonly Example[];
}

/** The resources of an example as a rule gets them. */
export function resourcesOf(rule: string, example: Example): Resource[] {
  return example.resources.map(({ type, props, parent }, index) => {
    const name = `${rule}-${index}`;
    return { type, name, props, urn: `urn:pulumi:test::test::${parent ? `${parent}$` : ""}${type}::${name}` };
  });
}

/** A Deployment of one container, which every rule is content with but for what is given. */
export function deployment({
  container = {},
  pod = {},
  namespace = "shop",
  labels = { app: "catalog" },
}: {
  readonly container?: Values;
  readonly pod?: Values;
  readonly namespace?: string;
  readonly labels?: Values;
}): ExampleResource {
  const spec = { containers: [{ ...soundContainer, ...container }], ...pod };
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { metadata: { name: "catalog", namespace }, spec: { template: { metadata: { labels }, spec } } },
  };
}

export const soundContainer: Values = {
  name: "catalog",
  image: `registry.example:5000/catalog@sha256:${"a".repeat(64)}`,
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
};

/** A policy that lets the pods of a namespace talk to nobody, and nobody to them. */
export function denyAll(namespace: string): ExampleResource {
  return {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    props: {
      metadata: { name: "default-deny", namespace },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    },
  };
}
