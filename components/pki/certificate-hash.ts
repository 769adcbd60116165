import { createHash, X509Certificate } from "node:crypto";

/**
 * A certificate's public key as kubeadm pins it in `caCertHashes`: `sha256:` and the hash of its
 * SubjectPublicKeyInfo in hexadecimal.
 * https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-BootstrapTokenDiscovery
 */
export function certificateHash(certificatePem: string): string {
  const publicKey = new X509Certificate(certificatePem).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(publicKey).digest("hex")}`;
}
