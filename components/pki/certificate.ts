import type { Extension, KeyUsageFlags, Name, PublicKey, X509Certificate } from "@peculiar/x509";

import { newKeyPair } from "./key-pair";

/** kubeadm backdates its certificate authorities by as much, for machines whose clocks are behind. */
const backdatedMinutes = 5;

/**
 * The library, loaded when a certificate is made and not before: a preview makes none, and a provider's serialised
 * code can only hold what its methods import themselves.
 */
export async function loadX509(): Promise<typeof import("@peculiar/x509")> {
  // The library wants this polyfill before it.
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

/** A certificate in PEM that is valid from now on for `days`, signed by an ECDSA P-256 key. */
export async function signCertificate(certificate: {
  readonly subject: Name;
  readonly publicKey: PublicKey;
  readonly issuer: Name;
  readonly signingKeyPem: string;
  readonly days: number;
  readonly extensions: Extension[];
}): Promise<string> {
  const { X509CertificateGenerator } = await loadX509();
  const { createPrivateKey, webcrypto } = await import("node:crypto");
  const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const signingKeyDer = createPrivateKey(certificate.signingKeyPem).export({ type: "pkcs8", format: "der" });
  const now = Date.now();
  const signed = await X509CertificateGenerator.create({
    subject: certificate.subject,
    issuer: certificate.issuer,
    publicKey: certificate.publicKey,
    signingKey: await webcrypto.subtle.importKey("pkcs8", signingKeyDer, signingAlgorithm, false, ["sign"]),
    signingAlgorithm,
    notBefore: new Date(now - backdatedMinutes * 60_000),
    notAfter: new Date(now + certificate.days * 86_400_000),
    extensions: certificate.extensions,
  });
  return `${signed.toString("pem")}\n`;
}

/** The X.509 library. */
type X509 = typeof import("@peculiar/x509");

/**
 * A new key, and a certificate for it that an authority signs: not one of an authority itself, which says so and by whom
 * it is signed.
 */
export async function issueCertificate(
  holder: {
    readonly commonName: string;
    readonly organization: string;
    /** Certificate of the authority that signs. */
    readonly authorityCertificatePem: string;
    readonly authorityPrivateKeyPem: string;
  },
  /** What it is for, and how long; the authority's own lifetime may decide. */
  purpose: (
    x509: X509,
    authority: X509Certificate,
  ) => { readonly days: number; readonly usages: KeyUsageFlags; readonly extensions: Extension[] },
): Promise<{ readonly certificatePem: string; readonly privateKeyPem: string }> {
  const x509 = await loadX509();
  const { publicKeyPem, privateKeyPem } = await newKeyPair();
  const authority = new x509.X509Certificate(holder.authorityCertificatePem);
  const { days, usages, extensions } = purpose(x509, authority);
  const certificatePem = await signCertificate({
    subject: new x509.Name([{ O: [holder.organization] }, { CN: [holder.commonName] }]),
    publicKey: new x509.PublicKey(publicKeyPem),
    issuer: authority.subjectName,
    signingKeyPem: holder.authorityPrivateKeyPem,
    days,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      ...extensions,
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  return { certificatePem, privateKeyPem };
}
