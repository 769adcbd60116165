import { nameOf, type Step } from "./events";
import { isRecord, isSecret, isUnknown, valueAt } from "./records";

/** What happens to a resource. */
export type Kind = "create" | "update" | "replace" | "delete";

/** A property that changes. */
export interface PropertyChange {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** Whether it is the reason of a replacement. */
  readonly replaces: boolean;
}

/** A resource that changes. */
export interface Change {
  readonly kind: Kind;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: readonly PropertyChange[];
  readonly step: Step;
}

const kinds: Readonly<Record<string, Kind>> = {
  create: "create",
  import: "create",
  update: "update",
  // Of the steps of one replacement only this one has what it was before and what it becomes.
  replace: "replace",
  delete: "delete",
};

/** The resources that change, each once, in the engine's order. */
export function changesOf(steps: readonly Step[]): Change[] {
  const seen = new Set<string>();
  return steps.flatMap((step) => {
    const kind = kinds[step.op];
    const { urn, type } = step;
    if (kind === undefined || seen.has(urn) || isDefaultProvider(step)) return [];
    seen.add(urn);
    return [{ kind, urn, type, name: nameOf(urn), properties: propertiesOf(kind, step), step }];
  });
}

/** One that the engine adds by itself, and leaves out of its own counts. */
function isDefaultProvider({ type, urn }: Step): boolean {
  return type.startsWith("pulumi:providers:") && /^default(_|$)/.test(nameOf(urn));
}

function propertiesOf(kind: Kind, step: Step): PropertyChange[] {
  if (kind === "create" || kind === "delete") return [];
  const detailed = Object.entries(step.detailedDiff ?? {});
  const paths = detailed.length > 0 ? detailed.map(([path]) => path) : changedKeys(step);
  const keys = step.keys ?? [];
  return paths.map((path) => ({
    path,
    // A dynamic provider's code is a property, too, of thousands of characters.
    ...(path === "__provider" ? { from: "code", to: "other code" } : values(step, path)),
    replaces:
      step.detailedDiff?.[path]?.diffKind.includes("replace") === true ||
      (kind === "replace" &&
        keys.some((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`))),
  }));
}

function values({ old, new: next }: Step, path: string): { from: string; to: string } {
  return {
    from: shown(valueAt(old?.inputs, path) ?? valueAt(old?.outputs, path)),
    to: shown(valueAt(next?.inputs, path)),
  };
}

function changedKeys({ diffs = [], keys = [] }: Step): string[] {
  return [...new Set([...keys, ...diffs])];
}

const longest = 60;

function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (isSecret(value)) return "[secret]";
  if (isUnknown(value)) return "known after up";
  const text = typeof value === "string" ? value : JSON.stringify(masked(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function masked(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (isUnknown(value)) return "known after up";
  if (Array.isArray(value)) return value.map(masked);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]));
}
