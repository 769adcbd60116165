import * as pulumi from "@pulumi/pulumi";

import { madeOnce } from "./made-once";

/**
 * A bootstrap token: six characters that name it, sixteen that are its secret.
 * https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/#token-format
 */
export async function newJoinToken(): Promise<{ readonly token: string }> {
  const { randomInt } = await import("node:crypto");
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  // randomInt draws again where a remainder would make some characters likelier than others.
  const characters = (count: number) =>
    Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
  return { token: `${characters(6)}.${characters(16)}` };
}

export const joinTokenProvider = madeOnce(newJoinToken);

/** The token by which machines join the cluster, made once. */
export class JoinToken extends pulumi.dynamic.Resource {
  /** `[a-z0-9]{6}.[a-z0-9]{16}`. Secret. */
  declare readonly token: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      joinTokenProvider,
      name,
      { token: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["token"] }),
      "pki",
      "JoinToken",
    );
  }
}
