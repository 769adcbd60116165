/** Ends a command that failed: with what went wrong, and with 1. */
export function failCommand(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/**
 * What a command does that is told by its second argument.
 * @throws Error with what the argument may be
 */
export function actOf<Act>(acts: Readonly<Record<string, Act>>, verb: string): Act {
  const act = acts[verb];
  if (act === undefined) {
    throw new Error(`The second argument is "${verb}"; give one of ${Object.keys(acts).join(", ")}`);
  }
  return act;
}
