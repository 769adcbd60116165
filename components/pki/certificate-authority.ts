import * as pulumi from "@pulumi/pulumi";

import { loadX509, signCertificate } from "./certificate";
import { newKeyPair } from "./key-pair";
import { pemBlocks } from "./pem";
import { rotating, type Rotating, type RotationRequest } from "./rotation";
import { type RotationOutputs } from "./rotation-outputs";

export interface CertificateAuthorityInputs extends RotationRequest {
  /** Who the authority is, as kubeadm names it. */
  readonly commonName: string;
  /** Lifetime in years of 365 days. */
  readonly years: number;
  /**
   * An authority that was made before, to be this one. Its certificate may be followed by another one's, which is still
   * trusted. Default: a new one. Secret.
   */
  readonly seed?: CertificateAuthorityPem | undefined;
}

/** An authority's certificate and key. */
export interface CertificateAuthorityPem {
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
}

/** A self-signed authority with the fields of kubeadm's own: client-go's NewSelfSignedCACert, on ECDSA P-256. */
export async function newCertificateAuthority({
  commonName,
  years,
  seed,
}: CertificateAuthorityInputs): Promise<Rotating<CertificateAuthorityPem>> {
  if (seed !== undefined) {
    const [signs = "", other] = pemBlocks(seed.certificatePem);
    return {
      ...{ certificatePem: signs, privateKeyPem: seed.privateKeyPem },
      ...(other !== undefined && { phase: "sign", other: { certificatePem: other, generation: 0 } }),
    };
  }
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, Name, PublicKey, ...x509 } =
    await loadX509();
  const { publicKeyPem, privateKeyPem } = await newKeyPair();
  const { digitalSignature, keyEncipherment, keyCertSign } = KeyUsageFlags;
  const publicKey = new PublicKey(publicKeyPem);
  const name = new Name([{ CN: [commonName] }]);
  const certificatePem = await signCertificate({
    subject: name,
    publicKey,
    issuer: name,
    signingKeyPem: privateKeyPem,
    days: years * 365,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(digitalSignature | keyEncipherment | keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return { certificatePem, privateKeyPem };
}

export const certificateAuthorityProvider = rotating<CertificateAuthorityInputs, CertificateAuthorityPem>(
  newCertificateAuthority,
  ({ certificatePem = "" }) => ({ certificatePem }),
);

/**
 * A certificate authority that is made once, and rotated when it is asked for: another lifetime later changes nothing but the
 * next generation.
 */
export class CertificateAuthority extends pulumi.dynamic.Resource {
  /** The self-signed certificate in PEM. */
  declare readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;
  declare readonly phase: RotationOutputs<CertificateAuthorityPem>["phase"];
  declare readonly generation: RotationOutputs<CertificateAuthorityPem>["generation"];
  /** Secret. */
  declare readonly other: RotationOutputs<CertificateAuthorityPem>["other"];

  constructor(
    name: string,
    args: Omit<CertificateAuthorityInputs, "seed"> & {
      readonly seed?: pulumi.Input<CertificateAuthorityPem> | undefined;
    },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      certificateAuthorityProvider,
      name,
      {
        ...{ ...args, certificatePem: undefined, privateKeyPem: undefined },
        ...{ phase: undefined, generation: undefined, other: undefined },
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem", "other"] }),
      "pki",
      "CertificateAuthority",
    );
  }
}
