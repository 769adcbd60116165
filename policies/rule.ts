import type { EnforcementLevel, PolicyConfigSchema } from "@pulumi/policy";

import type { Values } from "./values";

/** A resource as a rule sees it. */
export interface Resource {
  /** Type token, as in `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  readonly urn: string;
  /** What it is made with. */
  readonly props: Values;
  /** Of a property, the URNs of the resources that its value comes from. Only a {@link StackRule} is told. */
  readonly sources?: Readonly<Record<string, readonly string[]>>;
}

/** Settings of one rule, with its defaults filled in. */
export type Settings = Readonly<Record<string, readonly string[]>>;

interface CommonRule {
  /** Kebab case; names the rule in messages and in the settings. */
  readonly name: string;
  /** What holds, in one sentence. */
  readonly description: string;
  /** What a breach does: `mandatory` fails the run, `advisory` only says so. A person's own settings go before it. */
  readonly level: Exclude<EnforcementLevel, "remediate">;
  /** Lists that a person may set: what each is for, and its default. */
  readonly settings: Readonly<Record<string, { readonly description: string; readonly default: string[] }>>;
}

/** A rule that looks at one resource at a time, before it is made. */
export interface ResourceRule extends CommonRule {
  /** What is wrong with it, each with what would be right; nothing when all is well. */
  readonly check: (resource: Resource, settings: Settings) => string[];
}

/** What a rule found in a stack. */
export interface Finding {
  readonly urn: string;
  readonly message: string;
}

/** A rule that has to see all resources of a stack at once. */
export interface StackRule extends CommonRule {
  readonly checkStack: (resources: readonly Resource[], settings: Settings) => Finding[];
}

export type Rule = ResourceRule | StackRule;

/** The rule's settings when nobody has set any. */
export function defaultsOf({ settings }: CommonRule): Settings {
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default]));
}

/** What `--policy-pack-config` may say of a rule. */
export function schemaOf({ settings }: CommonRule): PolicyConfigSchema {
  const properties = Object.entries(settings).map(([name, setting]) => [
    name,
    { type: "array" as const, items: { type: "string" as const }, ...setting },
  ]);
  return { properties: Object.fromEntries(properties) as PolicyConfigSchema["properties"] };
}
