import { isNativeError } from "node:util/types";

/** A service cannot be reached in time (503), or answers what nobody can use (502). */
export class Trouble extends Error {
  constructor(
    /** Who is in trouble. */
    readonly service: string,
    readonly status: 502 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A request that nobody can answer as it is: 400. */
export class BadRequest extends Error {}

/** Why something failed, in a few words that tell their reader no address. */
export function reason(error: unknown, withinMs: number): string {
  if (!isNativeError(error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${withinMs} ms`;
  const { cause = error } = error;
  return isNativeError(cause) && "code" in cause ? `connection failed: ${String(cause.code)}` : error.message;
}
