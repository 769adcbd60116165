import * as pulumi from "@pulumi/pulumi";

import { madeOnce } from "./made-once";

export interface KeyPairPem {
  /** SubjectPublicKeyInfo, `PUBLIC KEY`. */
  readonly publicKeyPem: string;
  /**
   * PKCS #8, `PRIVATE KEY`. Kubernetes reads it like the older `EC PRIVATE KEY`:
   * https://github.com/kubernetes/client-go/blob/v0.36.3/util/keyutil/key.go (ParsePrivateKeyPEM).
   */
  readonly privateKeyPem: string;
}

/**
 * A new ECDSA P-256 key pair.
 * @param inputs its seed is one that was made before, to be this one
 */
export async function newKeyPair({ seed }: { readonly seed?: KeyPairPem } = {}): Promise<KeyPairPem> {
  if (seed !== undefined) return seed;
  const { generateKeyPairSync } = await import("node:crypto");
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { publicKeyPem: publicKey, privateKeyPem: privateKey };
}

export const keyPairProvider = madeOnce(newKeyPair);

/** An ECDSA P-256 key pair that is made once and kept in the stack's state. */
export class KeyPair extends pulumi.dynamic.Resource {
  /** SubjectPublicKeyInfo in PEM. */
  declare readonly publicKeyPem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;

  /** @param seed one that was made before, to be this one. Default: a new one. Secret. */
  constructor(name: string, seed?: pulumi.Input<KeyPairPem>, opts?: pulumi.CustomResourceOptions) {
    super(
      keyPairProvider,
      name,
      { seed, publicKeyPem: undefined, privateKeyPem: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem"] }),
      "pki",
      "KeyPair",
    );
  }
}
