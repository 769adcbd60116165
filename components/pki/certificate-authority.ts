import * as pulumi from "@pulumi/pulumi";

import { loadX509, signCertificate } from "./certificate";
import { newKeyPair } from "./key-pair";
import { madeOnce } from "./made-once";

export interface CertificateAuthorityInputs {
  /** Who the authority is, as kubeadm names it. */
  readonly commonName: string;
  /** Lifetime in years of 365 days. */
  readonly years: number;
  /** An authority that was made before, to be this one. Default: a new one. Secret. */
  readonly seed?: CertificateAuthorityPem;
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
}: CertificateAuthorityInputs): Promise<CertificateAuthorityPem> {
  if (seed !== undefined) return seed;
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

export const certificateAuthorityProvider = madeOnce(newCertificateAuthority);

/** A certificate authority that is made once: another lifetime later changes nothing, see {@link madeOnce}. */
export class CertificateAuthority extends pulumi.dynamic.Resource {
  /** The self-signed certificate in PEM. */
  declare readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;

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
      { ...args, certificatePem: undefined, privateKeyPem: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem"] }),
      "pki",
      "CertificateAuthority",
    );
  }
}
