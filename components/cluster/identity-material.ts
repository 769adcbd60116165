import * as pulumi from "@pulumi/pulumi";

import type { AuthorityPem, ControlPlaneIdentity } from "../bootstrap";
import type { CertificateAuthorityMaterial, ClusterIdentity } from "../pki";

/** An authority as documents hold it, as one value. Secret. */
const authority = (made: CertificateAuthorityMaterial): pulumi.Output<AuthorityPem> =>
  pulumi.output({
    certificate: made.certificatePem,
    privateKey: made.privateKeyPem,
    otherCertificate: made.otherCertificatePem,
  });

/** What a control plane's document holds of the identity, as one value. Secret. */
export function controlPlaneIdentity(identity: ClusterIdentity): pulumi.Output<ControlPlaneIdentity> {
  return pulumi.output({
    kubernetesCa: authority(identity.kubernetesCa),
    etcdCa: authority(identity.etcdCa),
    frontProxyCa: authority(identity.frontProxyCa),
    serviceAccountKey: {
      publicKey: identity.serviceAccountKey.publicKeyPem,
      privateKey: identity.serviceAccountKey.privateKeyPem,
    },
    encryptionKeys: identity.encryptionKeys,
  });
}
