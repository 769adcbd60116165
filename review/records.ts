export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The signature by which the engine marks values that are no plain ones, and that of a secret. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for a value that is not known before `pulumi up`. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether it is a secret, of which the event log tells nothing else. */
export function isSecret(value: unknown): boolean {
  return isRecord(value) && value[signature] === secretSignature;
}

export function isUnknown(value: unknown): boolean {
  return value === unknownValue;
}

/** The value at a path such as `spec.containers[0].image` or `labels["app.kubernetes.io/name"]`; undefined: none. */
export function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const [, quoted, index, name] of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)) {
    if (isSecret(here)) return here;
    if (index !== undefined) here = Array.isArray(here) ? (here as unknown[])[Number(index)] : undefined;
    else here = isRecord(here) ? here[quoted ?? name ?? ""] : undefined;
  }
  return here;
}
