import * as pulumi from "@pulumi/pulumi";

import { pemBlocks } from "./pem";
import { rotating, type Rotating, type RotationRequest } from "./rotation";
import { type RotationOutputs } from "./rotation-outputs";

export interface KeyPairPem {
  /** SubjectPublicKeyInfo, `PUBLIC KEY`. */
  readonly publicKeyPem: string;
  /**
   * PKCS #8, `PRIVATE KEY`. Kubernetes reads it like the older `EC PRIVATE KEY`:
   * https://github.com/kubernetes/client-go/blob/v0.36.3/util/keyutil/key.go (ParsePrivateKeyPEM).
   */
  readonly privateKeyPem: string;
}

export interface KeyPairInputs extends RotationRequest {
  /**
   * One that was made before, to be this one. Its public half may be followed by another one, by which is still checked what
   * that signed before. Default: a new one. Secret.
   */
  readonly seed?: KeyPairPem | undefined;
}

/** A new ECDSA P-256 key pair. */
export async function newKeyPair({ seed }: KeyPairInputs = {}): Promise<Rotating<KeyPairPem>> {
  if (seed !== undefined) {
    const [publicKeyPem = "", other] = pemBlocks(seed.publicKeyPem);
    const { privateKeyPem } = seed;
    return {
      ...{ publicKeyPem, privateKeyPem },
      ...(other !== undefined && { phase: "sign", other: { publicKeyPem: other, generation: 0 } }),
    };
  }
  const { generateKeyPairSync } = await import("node:crypto");
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { publicKeyPem: publicKey, privateKeyPem: privateKey };
}

export const keyPairProvider = rotating<KeyPairInputs, KeyPairPem>(newKeyPair, ({ publicKeyPem = "" }) => ({
  publicKeyPem,
}));

/** An ECDSA P-256 key pair that is kept in the stack's state: made once, and rotated when it is asked for. */
export class KeyPair extends pulumi.dynamic.Resource {
  /** SubjectPublicKeyInfo in PEM. */
  declare readonly publicKeyPem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;
  declare readonly phase: RotationOutputs<KeyPairPem>["phase"];
  declare readonly generation: RotationOutputs<KeyPairPem>["generation"];
  /** Secret. */
  declare readonly other: RotationOutputs<KeyPairPem>["other"];

  constructor(
    name: string,
    args: { readonly seed?: pulumi.Input<KeyPairPem> | undefined } & RotationRequest = {},
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      keyPairProvider,
      name,
      {
        ...{ ...args, publicKeyPem: undefined, privateKeyPem: undefined },
        ...{ phase: undefined, generation: undefined, other: undefined },
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem", "other"] }),
      "pki",
      "KeyPair",
    );
  }
}
