import type { Extension, Name, PublicKey } from "@peculiar/x509";

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
