import * as pulumi from "@pulumi/pulumi";

import { sentence } from "./actions/api-errors";

/**
 * An error that ends a program with its message alone: a stack trace would tell a person nothing. Pulumi's SDK puts the name
 * of each property that waited for it in front of an error's message, hundreds of them; this one stays as it is.
 */
export function plainFailure(error: unknown): Error {
  if (pulumi.RunError.isInstance(error)) return error;
  const message = sentence(error);
  return Object.defineProperty(new pulumi.RunError(message), "message", {
    get: () => message,
    set: () => undefined,
  });
}
