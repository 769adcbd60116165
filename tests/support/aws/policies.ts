import type { Registered } from "../recorder";

/** An IAM policy, read again. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: string;
    readonly Principal?: unknown;
    readonly Action: string | readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Condition?: Record<string, Record<string, unknown>>;
  }[];
}

/** Every IAM policy among resources' inputs, by `type name`; lifecycle policies are none. */
export function policiesOf(resources: readonly Registered[]): Record<string, PolicyDocument> {
  return Object.fromEntries(
    resources.flatMap(({ type, name, inputs }) =>
      ["policy", "assumeRolePolicy"].flatMap((property): [string, PolicyDocument][] => {
        const text = inputs[property];
        if (typeof text !== "string" || type.startsWith("aws:ecr/lifecyclePolicy:")) return [];
        const kind = property === "policy" ? "" : " (trust)";
        return [[`${type.split(":")[2] ?? type} ${name}${kind}`, JSON.parse(text) as PolicyDocument]];
      }),
    ),
  );
}
