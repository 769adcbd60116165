import * as pulumi from "@pulumi/pulumi";

import { madeOnce } from "./made-once";

/**
 * 32 random bytes, the one length that `secretbox` takes and the longest that `aescbc` takes.
 * https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers
 * @param inputs its seed is one that was made before, to be this one
 */
export async function newEncryptionKey({ seed }: { readonly seed?: string } = {}): Promise<{
  readonly key: string;
}> {
  if (seed !== undefined) return { key: seed };
  const { randomBytes } = await import("node:crypto");
  return { key: randomBytes(32).toString("base64") };
}

export const encryptionKeyProvider = madeOnce(newEncryptionKey);

/** The key under which the API server encrypts Secrets in etcd, made once. */
export class EncryptionKey extends pulumi.dynamic.Resource {
  /** Base64 of 32 bytes. Secret. */
  declare readonly key: pulumi.Output<string>;

  /** @param seed one that was made before, to be this one. Default: a new one. Secret. */
  constructor(name: string, seed?: pulumi.Input<string>, opts?: pulumi.CustomResourceOptions) {
    super(
      encryptionKeyProvider,
      name,
      { seed, key: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["key"] }),
      "pki",
      "EncryptionKey",
    );
  }
}
