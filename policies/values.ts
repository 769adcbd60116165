import { UnknownValueError } from "@pulumi/policy";

/** What a property is while it is not known yet: at a preview, before the resource is there that will say it. */
export const unknown = Symbol("unknown");

/** A property's value as it is written. */
export type Value = null | boolean | number | string | typeof unknown | readonly Value[] | Values | undefined;

/** Properties by name. */
export interface Values {
  readonly [name: string]: Value;
}

/**
 * A copy of what Pulumi gives to a policy. Its own object throws where something unknown is read, and so ends a whole
 * check for one value.
 */
export function readable(given: unknown): Value {
  if (given === undefined || given === null) return given;
  if (typeof given === "string" || typeof given === "number" || typeof given === "boolean") return given;
  if (typeof given !== "object") return undefined;
  if (Array.isArray(given)) return given.map((_, index) => readableAt(given, index));
  return Object.fromEntries(Object.keys(given).map((name) => [name, readableAt(given, name)]));
}

function readableAt(holder: object, name: string | number): Value {
  try {
    return readable((holder as Record<string | number, unknown>)[name]);
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}

/** The value at a path of properties; undefined where there is none, unknown where the way there is not known. */
export function at(value: Value, ...path: readonly string[]): Value {
  const [name, ...rest] = path;
  if (name === undefined || value === unknown) return value;
  return isValues(value) ? at(value[name], ...rest) : undefined;
}

/** The elements of a list; none when it is anything else. */
export function elements(value: Value): readonly Value[] {
  return isList(value) ? value : [];
}

/** A text, or undefined when it is anything else. */
export function text(value: Value): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Whether it is an object with properties. */
export function isValues(value: Value): value is Values {
  return typeof value === "object" && value !== null && !isList(value);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Every text in a value, with its path, as in `spec.containers[0].args[1]`. */
export function texts(value: Value, path = ""): { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (isList(value)) return value.flatMap((element, index) => texts(element, `${path}[${index}]`));
  if (!isValues(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    texts(inner, path === "" ? name : `${path}.${name}`),
  );
}
