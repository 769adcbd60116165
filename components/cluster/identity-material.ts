import * as pulumi from "@pulumi/pulumi";

import type { ControlPlaneIdentity, KeyPairPem } from "../bootstrap";
import type { CertificateMaterial, ClusterIdentity } from "../pki";

/** A certificate and its key as documents hold them, as one value. Secret. */
const keyPair = ({ certificatePem, privateKeyPem }: CertificateMaterial): pulumi.Output<KeyPairPem> =>
  pulumi.output({ certificate: certificatePem, privateKey: privateKeyPem });

/** What a control plane's document holds of the identity, as one value. Secret. */
export function controlPlaneIdentity(identity: ClusterIdentity): pulumi.Output<ControlPlaneIdentity> {
  return pulumi.output({
    kubernetesCa: keyPair(identity.kubernetesCa),
    etcdCa: keyPair(identity.etcdCa),
    frontProxyCa: keyPair(identity.frontProxyCa),
    serviceAccountKey: {
      publicKey: identity.serviceAccountKey.publicKeyPem,
      privateKey: identity.serviceAccountKey.privateKeyPem,
    },
    encryptionKey: identity.encryptionKey,
  });
}
