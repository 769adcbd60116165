type PrepareStackTrace = typeof Error.prepareStackTrace;

/**
 * What maps the lines of an error's trace to their sources, made fit for Pulumi's programs.
 *
 * Pulumi's SDK takes a trace for every promise that it waits for, thousands of them, to name those that never end, and its
 * TypeScript loader maps every line of each, which takes a quarter of a program's own time. These errors are never thrown
 * and have no message, by which they are told from real ones: they get no trace.
 *
 * The SDK prints a real error in colours. Versions of Node do not end with a trace that has a file right below
 * `node_modules` or a scope, which is where the SDK's source maps lead: after a minute and with 4 GB of memory the SDK takes
 * something else. https://github.com/nodejs/node/issues/64011
 * @param prepare what gives errors their traces; undefined where nothing is mapped, which stays so
 */
export function plainTraces(prepare: PrepareStackTrace | undefined): PrepareStackTrace | undefined {
  return (
    prepare &&
    ((error, frames): unknown => {
      if (error.message === "") return String(error);
      const trace: unknown = prepare(error, frames);
      return typeof trace === "string" ? trace.replace(fileWithoutPackage, "$1./$2") : trace;
    })
  );
}

const fileWithoutPackage = /(\/node_modules\/(?:@[^/\s]+\/)?)([^/\s]+:\d)/g;

const loader = Reflect.get(Error, "prepareStackTrace") as PrepareStackTrace | undefined;
Object.assign(Error, { prepareStackTrace: plainTraces(loader) });
