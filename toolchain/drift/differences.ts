import { isDeepStrictEqual } from "node:util";

import { inClear, isRecord } from "../recover/deployment";

/** A field that the program sets and that is not any more what it was after the last update. */
export interface Difference {
  /** Names and numbers that lead to it from the object. */
  readonly keys: readonly (string | number)[];
  /** With no secret of the state's wrapped any more. */
  readonly before: unknown;
  /** Undefined when it is gone. */
  readonly now: unknown;
  /** Whether the program says that its value is a secret. */
  readonly isSecret: boolean;
}

/**
 * Compares an object as it is with what it was after the last update, in those fields that the program sets: others are
 * defaults, and what controllers write.
 *
 * @param set - what the program set, from a state with its secrets in clear. Its values are not compared: `1000m` is
 *   written and `1` is read
 * @param before - all of the object after the last update, from the same state
 * @param now - all of the object as it is
 */
export function differences(
  set: unknown,
  before: unknown,
  now: unknown,
  keys: Difference["keys"] = [],
): Difference[] {
  const { value, isSecret } = inClear(set);
  const was = inClear(before).value;
  if (isRecord(value) && isRecord(was) && isRecord(now)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      marked(differences(inner, was[name], now[name], [...keys, name]), isSecret),
    );
  }
  if (Array.isArray(value) && Array.isArray(was) && Array.isArray(now) && was.length === now.length) {
    return value.flatMap((inner: unknown, index) =>
      marked(differences(inner, was[index], now[index], [...keys, index]), isSecret),
    );
  }
  // What the API does not give back, such as a Secret's `stringData`, cannot be compared.
  const read = allInClear(was);
  if (read === undefined || isDeepStrictEqual(read, now)) return [];
  return [{ keys, before: read, now, isSecret }];
}

const marked = (found: readonly Difference[], isSecret: boolean): Difference[] =>
  found.map((each) => ({ ...each, isSecret: each.isSecret || isSecret }));

/** Such as `spec.template.spec.containers[0].image`; a name with dots in it, as labels have, is put in quotes. */
export function pathOf({ keys }: Difference): string {
  const parts = keys.map((key) =>
    /^[A-Za-z_][\w-]*$/.test(String(key)) ? `.${key}` : `[${JSON.stringify(key)}]`,
  );
  return parts.join("").replace(/^\./, "");
}

/** What makes it again what it was: https://www.rfc-editor.org/rfc/rfc6902 */
export function patchOf({ keys, before, now }: Difference): object {
  const pointer = keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return { op: now === undefined ? "add" : "replace", path: pointer, value: before };
}

function allInClear(marked: unknown): unknown {
  const { value } = inClear(marked);
  if (Array.isArray(value)) return value.map(allInClear);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, allInClear(inner)]));
}
