import * as pulumi from "@pulumi/pulumi";

import { rotating, type Rotating, type RotationRequest } from "./rotation";
import { type RotationOutputs } from "./rotation-outputs";

/** A key that encrypts Secrets in etcd. */
export interface EncryptionKeyMaterial {
  /** Base64 of 32 bytes. */
  readonly key: string;
}

/** A key, with the number that the API server knows it by: what it wrote names it. */
export interface NumberedKey extends EncryptionKeyMaterial {
  /** From 1. */
  readonly generation: number;
}

export interface EncryptionKeyInputs extends RotationRequest {
  /** Keys that were made before, to be these: the first one writes, and one that follows is still read. Default: a new one. Secret. */
  readonly seed?: readonly NumberedKey[] | undefined;
}

/**
 * 32 random bytes, the one length that `secretbox` takes and the longest that `aescbc` takes.
 * https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers
 */
export async function newEncryptionKey({ seed: [writes, other] = [] }: EncryptionKeyInputs = {}): Promise<
  Rotating<EncryptionKeyMaterial>
> {
  if (writes !== undefined) return { ...writes, ...(other && { phase: "sign", other }) };
  const { randomBytes } = await import("node:crypto");
  return { key: randomBytes(32).toString("base64") };
}

export const encryptionKeyProvider = rotating<EncryptionKeyInputs, EncryptionKeyMaterial>(
  newEncryptionKey,
  // Whoever reads needs all of it.
  ({ key = "" }) => ({ key }),
);

/** The key under which the API server encrypts Secrets in etcd: made once, and rotated when it is asked for. */
export class EncryptionKey extends pulumi.dynamic.Resource {
  /** Base64 of 32 bytes. Secret. */
  declare readonly key: pulumi.Output<string>;
  declare readonly phase: RotationOutputs<EncryptionKeyMaterial>["phase"];
  declare readonly generation: RotationOutputs<EncryptionKeyMaterial>["generation"];
  /** Secret. */
  declare readonly other: RotationOutputs<EncryptionKeyMaterial>["other"];

  constructor(
    name: string,
    args: { readonly seed?: pulumi.Input<readonly NumberedKey[]> | undefined } & RotationRequest = {},
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      encryptionKeyProvider,
      name,
      { ...args, key: undefined, phase: undefined, generation: undefined, other: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["key", "other"] }),
      "pki",
      "EncryptionKey",
    );
  }
}
