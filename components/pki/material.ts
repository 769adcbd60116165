import * as pulumi from "@pulumi/pulumi";

import type { CertificateAuthority, CertificateAuthorityPem } from "./certificate-authority";
import type { ClientCertificate } from "./client-certificate";
import type { Rotation } from "./rotation";
import type { WebCertificate } from "./web-certificate";

/** A certificate and its key. */
export interface CertificateMaterial {
  /** Certificate in PEM. */
  readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 key in PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/** A certificate authority: a self-signed certificate and the key that it signs with. */
export interface CertificateAuthorityMaterial extends CertificateMaterial {
  /** Certificate in PEM of what is trusted beside it while it is rotated; otherwise empty. */
  readonly otherCertificatePem: pulumi.Output<string>;
  /** All that is trusted, in PEM, one after the other: first the one that signs. */
  readonly trustedPem: pulumi.Output<string>;
}

/** Texts one after the other, none of which is a secret. */
export function inClear(texts: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi.unsecret(pulumi.all([...texts])).apply((all) => all.join(""));
}

/**
 * What others need of an authority, whatever the phase of its rotation.
 * @param rotation where that is, as `rotationOf` gives it
 */
export function authorityMaterial(
  made: CertificateAuthority,
  rotation: pulumi.Output<Rotation<CertificateAuthorityPem>>,
): CertificateAuthorityMaterial {
  const otherCertificatePem = inClear([rotation.apply(({ other }) => other?.certificatePem ?? "")]);
  return {
    ...certificateMaterial(made),
    otherCertificatePem,
    trustedPem: inClear([made.certificatePem, otherCertificatePem]),
  };
}

/** Marked secret here as well: before the first `up` the engine does not know yet that the key is. */
export function certificateMaterial(
  made: CertificateAuthority | ClientCertificate | WebCertificate,
): CertificateMaterial {
  return { certificatePem: made.certificatePem, privateKeyPem: pulumi.secret(made.privateKeyPem) };
}
