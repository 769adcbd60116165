type PrepareStackTrace = typeof Error.prepareStackTrace;

/**
 * Makes programs start faster. Pulumi's SDK takes a stack trace for every promise that it waits for, thousands of them,
 * to name those that never end; its TypeScript loader maps every line of each to its source, which takes a quarter of a
 * program's own time. These errors are never thrown and have no message, by which they are told from real ones.
 * @param prepare what gives errors their traces; undefined where nothing is mapped, which stays so
 */
export function withoutTracesOfPromises(
  prepare: PrepareStackTrace | undefined,
): PrepareStackTrace | undefined {
  return (
    prepare && ((error, frames): unknown => (error.message === "" ? String(error) : prepare(error, frames)))
  );
}

const loader = Reflect.get(Error, "prepareStackTrace") as PrepareStackTrace | undefined;
Object.assign(Error, { prepareStackTrace: withoutTracesOfPromises(loader) });
