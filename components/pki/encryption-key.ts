import * as pulumi from "@pulumi/pulumi";

import { madeOnce } from "./made-once";

/**
 * 32 random bytes, the one length that `secretbox` takes and the longest that `aescbc` takes.
 * https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers
 */
export async function newEncryptionKey(): Promise<{ readonly key: string }> {
  const { randomBytes } = await import("node:crypto");
  return { key: randomBytes(32).toString("base64") };
}

export const encryptionKeyProvider = madeOnce(newEncryptionKey);

/** The key under which the API server encrypts Secrets in etcd, made once. */
export class EncryptionKey extends pulumi.dynamic.Resource {
  /** Base64 of 32 bytes. Secret. */
  declare readonly key: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      encryptionKeyProvider,
      name,
      { key: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["key"] }),
      "pki",
      "EncryptionKey",
    );
  }
}
