import { secretIn } from "../policies/secret-formats";
import type { PolicyFinding, Step } from "./events";
import { isRecord } from "./records";

/**
 * Secrets that Pulumi does not know as such: they would stand in the state in plain text. No policy can see it, as
 * policies are given secrets and other values alike; the event log has secrets masked, so that what is left in it is open.
 */
export function openSecrets(steps: readonly Step[]): PolicyFinding[] {
  const found = steps.flatMap(({ urn, new: state }) =>
    Object.entries(state?.inputs ?? {}).flatMap(([property, value]) => {
      const secret = textsIn(value)
        .map(secretIn)
        .find((it) => it !== undefined);
      return secret === undefined ? [] : [{ urn, property, secret }];
    }),
  );
  const once = new Map(found.map((it) => [`${it.urn} ${it.property}`, it]));
  return [...once.values()].map(({ urn, property, secret }) => ({
    policy: "secrets-in-state",
    mandatory: true,
    urn,
    message: `${property} holds ${secret} that Pulumi would keep in plain text; write pulumi.secret(…), or additionalSecretOutputs`,
  }));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}
