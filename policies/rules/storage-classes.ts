import type { Resource, StackRule } from "../rule";
import { at, elements, text, type Value } from "../values";

/** A claim of a class that is not there waits forever, and its pod with it. */
export const storageClasses: StackRule = {
  name: "storage-classes",
  description: "Claims name a storage class that there is",
  level: "mandatory",
  settings: {
    classes: {
      description: "Classes that the cluster has beside those of the stack; the platform's own by default",
      default: ["recycle", "keep"],
    },
    default: {
      description:
        "The class that a claim gets which names none; an empty list when the cluster has no such class",
      default: ["recycle"],
    },
  },
  checkStack: (resources, { classes = [], default: fallback = [] }) => {
    const made = resources.filter(({ type }) => type === "kubernetes:storage.k8s.io/v1:StorageClass");
    const known = new Set([
      ...classes,
      ...made.flatMap(({ props }) => text(at(props, "metadata", "name")) ?? []),
    ]);
    const hasDefault = fallback.length > 0 || made.some(isDefault);
    return resources.flatMap((resource) =>
      claims(resource).flatMap(({ title, name }) =>
        problems(name, known, hasDefault).map((it) => ({ urn: resource.urn, message: `${title}${it}` })),
      ),
    );
  },
};

function isDefault({ props }: Resource): boolean {
  return at(props, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class") === "true";
}

function claims({ type, props }: Resource): { title: string; name: Value }[] {
  if (type === "kubernetes:core/v1:PersistentVolumeClaim") {
    return [{ title: "", name: at(props, "spec", "storageClassName") }];
  }
  if (type !== "kubernetes:apps/v1:StatefulSet") return [];
  return elements(at(props, "spec", "volumeClaimTemplates")).map((claim) => ({
    title: `claim ${text(at(claim, "metadata", "name")) ?? "without a name"}: `,
    name: at(claim, "spec", "storageClassName"),
  }));
}

function problems(name: Value, known: ReadonlySet<string>, hasDefault: boolean): string[] {
  const choice = `write ${[...known].sort().join(" or ") || "the name of a class"}`;
  if (name === undefined) {
    return hasDefault ? [] : [`names no storage class, and the cluster has no default; ${choice}`];
  }
  // An empty name asks for a volume that is there already: no class has a part in it.
  if (typeof name !== "string" || name === "" || known.has(name)) return [];
  return [`storageClassName is "${name}", which no cluster of this stack has; ${choice}`];
}
