import * as pulumi from "@pulumi/pulumi";

import { CertificateAuthority, type CertificateAuthorityPem } from "./certificate-authority";
import { certificateHash } from "./certificate-hash";
import { issueCertificate } from "./certificate";
import { ClientCertificate } from "./client-certificate";
import { EncryptionKey } from "./encryption-key";
import { KeyPair, type KeyPairPem } from "./key-pair";
import { kubeconfig } from "./kubeconfig";

/** A cluster's name, and how long its certificates are good for. */
export interface ClusterIdentityArgs {
  /**
   * The cluster's name in kubeconfigs: letters, digits, `.`, `_` and `-`, 63 at most, beginning with a letter or
   * digit, such as `slipway-dev`. Plain. A change renames, and makes no key anew.
   */
  readonly clusterName: string;
  /**
   * Lifetime of the certificate authorities in years of 365 days, 1 to 100. Default 10. Counts when they are made:
   * a change later is without effect, as a new authority is a new cluster.
   */
  readonly certificateAuthorityYears?: number;
  /**
   * Lifetime of the administrator's certificate in days, at least 1, at most the authorities' lifetime. Default 365.
   * A change makes a new certificate in place, and so does an `up` when less than a third of the lifetime is left.
   */
  readonly adminCertificateDays?: number;
  /**
   * The identity of a cluster that is to be restored. Counts when the parts are made: a change later is without effect.
   * Default: all parts are new.
   */
  readonly seed?: ClusterIdentitySeed;
}

/** What a cluster's data cannot be used without. All of it is made a secret. */
export interface ClusterIdentitySeed {
  /** See {@link ClusterIdentity.kubernetesCa}. */
  readonly kubernetesCa: CertificateAuthorityPem;
  /** See {@link ClusterIdentity.etcdCa}. */
  readonly etcdCa: CertificateAuthorityPem;
  /** See {@link ClusterIdentity.frontProxyCa}. */
  readonly frontProxyCa: CertificateAuthorityPem;
  /** See {@link ClusterIdentity.serviceAccountKey}. */
  readonly serviceAccountKey: KeyPairPem;
  /** Base64 of 32 bytes. */
  readonly encryptionKey: string;
}

/** A certificate and its key. */
export interface CertificateMaterial {
  /** Certificate in PEM. */
  readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 key in PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/** A certificate authority: a self-signed certificate and the key that it signs with. */
export type CertificateAuthorityMaterial = CertificateMaterial;

/** The key pair that signs and checks the tokens of service accounts. */
export interface ServiceAccountKeyMaterial {
  /** SubjectPublicKeyInfo in PEM: kubeadm's `sa.pub`. */
  readonly publicKeyPem: pulumi.Output<string>;
  /** PKCS #8 in PEM: kubeadm's `sa.key`. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/**
 * What a kubeadm cluster is known by: its authorities and keys, made before any machine exists and kept in
 * the stack's state. Every part is made once and then stays, whatever changes in the program or its inputs; the
 * administrator's certificate alone is renewed. All keys are ECDSA P-256.
 */
export class ClusterIdentity extends pulumi.ComponentResource {
  /** Signs the API server's, the kubelets' and the users' certificates: kubeadm's `ca`. */
  readonly kubernetesCa: CertificateAuthorityMaterial;
  /** Signs etcd's certificates: kubeadm's `etcd/ca`. */
  readonly etcdCa: CertificateAuthorityMaterial;
  /** Signs what the API server shows to aggregated API servers: kubeadm's `front-proxy-ca`. */
  readonly frontProxyCa: CertificateAuthorityMaterial;
  /**
   * Signs service accounts' tokens, as ES256:
   * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/serviceaccount/jwt.go (JWTTokenGenerator).
   */
  readonly serviceAccountKey: ServiceAccountKeyMaterial;
  /** Base64 of 32 bytes for the API server's EncryptionConfiguration. Secret. */
  readonly encryptionKey: pulumi.Output<string>;
  /** `sha256:<hex>` of the Kubernetes authority's public key, for kubeadm's `caCertHashes`. */
  readonly caCertificateHash: pulumi.Output<string>;
  /** Client certificate of `kubernetes-admin` in the group `kubeadm:cluster-admins`. */
  readonly adminCertificate: CertificateMaterial;

  private readonly clusterName: string;

  /** @throws Error that names each bad argument, its value and what would be right. */
  constructor(name: string, args: ClusterIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const {
      clusterName,
      certificateAuthorityYears: years,
      adminCertificateDays: days,
    } = validated(name, args);
    const { seed } = args;
    super("slipway:pki:ClusterIdentity", name, {}, opts);
    this.clusterName = clusterName;
    const child = { parent: this };

    const authority = (role: string, commonName: string, made?: CertificateAuthorityPem) =>
      certificateMaterial(
        new CertificateAuthority(
          `${name}-${role}`,
          { commonName, years, ...(made && { seed: pulumi.secret(made) }) },
          child,
        ),
      );
    this.kubernetesCa = authority("kubernetes-ca", "kubernetes", seed?.kubernetesCa);
    this.etcdCa = authority("etcd-ca", "etcd-ca", seed?.etcdCa);
    this.frontProxyCa = authority("front-proxy-ca", "front-proxy-ca", seed?.frontProxyCa);
    this.caCertificateHash = this.kubernetesCa.certificatePem.apply(certificateHash);

    const serviceAccountKey = new KeyPair(
      `${name}-service-account-key`,
      seed && pulumi.secret(seed.serviceAccountKey),
      child,
    );
    this.serviceAccountKey = {
      publicKeyPem: serviceAccountKey.publicKeyPem,
      privateKeyPem: pulumi.secret(serviceAccountKey.privateKeyPem),
    };
    this.encryptionKey = pulumi.secret(
      new EncryptionKey(`${name}-encryption-key`, seed && pulumi.secret(seed.encryptionKey), child).key,
    );

    this.adminCertificate = certificateMaterial(
      new ClientCertificate(
        `${name}-admin-certificate`,
        {
          // The user and the group that kubeadm itself puts into admin.conf, and binds to cluster-admin.
          commonName: "kubernetes-admin",
          organization: "kubeadm:cluster-admins",
          days,
          authorityCertificatePem: this.kubernetesCa.certificatePem,
          authorityPrivateKeyPem: this.kubernetesCa.privateKeyPem,
        },
        child,
      ),
    );
    this.registerOutputs({ caCertificateHash: this.caCertificateHash });
  }

  /**
   * The first certificate of a machine's kubelet and its key, one after the other in PEM, for no other node: what it asks the
   * API with, and what it answers with. It is signed by each call, and kept nowhere. Secret.
   *
   * @param machine name of the machine and its Node, a DNS label such as `worker-0`
   * @param address IP address by which the API server reaches the kubelet
   * @param seconds how long it is good for
   */
  kubeletCertificate(machine: string, address: string, seconds: number): pulumi.Output<string> {
    const { certificatePem, privateKeyPem } = this.kubernetesCa;
    return pulumi.secret(
      pulumi.all([certificatePem, privateKeyPem]).apply(async ([authorityCertificatePem, signingKeyPem]) => {
        const made = await issueCertificate(
          {
            // https://kubernetes.io/docs/reference/access-authn-authz/node/#overview
            commonName: `system:node:${machine}`,
            organization: "system:nodes",
            authorityCertificatePem,
            authorityPrivateKeyPem: signingKeyPem,
          },
          ({ ExtendedKeyUsage, KeyUsageFlags, ...x509 }) => ({
            days: seconds / 86_400,
            usages: KeyUsageFlags.digitalSignature,
            extensions: [
              new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
              new x509.SubjectAlternativeNameExtension([
                { type: "dns", value: machine },
                { type: "ip", value: address },
              ]),
            ],
          }),
        );
        return made.certificatePem + made.privateKeyPem;
      }),
    );
  }

  /**
   * The administrator's kubeconfig. Secret.
   *
   * @param server URL of the API server as the kubeconfig's reader reaches it, such as `https://127.0.0.1:6443`.
   * @param serverName what its certificate has to be for. Default: the host of the URL.
   */
  adminKubeconfig(server: pulumi.Input<string>, serverName?: string): pulumi.Output<string> {
    const { certificatePem, privateKeyPem } = this.adminCertificate;
    const parts = pulumi.all([server, this.kubernetesCa.certificatePem, certificatePem, privateKeyPem]);
    return pulumi.secret(
      parts.apply(([url, caCertificate, clientCertificate, clientKey]) =>
        kubeconfig({
          clusterName: this.clusterName,
          server: url,
          ...(serverName !== undefined && { serverName }),
          caCertificate,
          clientCertificate,
          clientKey,
        }),
      ),
    );
  }
}

/** Marked secret here as well: before the first `up` the engine does not know yet that the key is. */
function certificateMaterial(made: CertificateAuthority | ClientCertificate): CertificateMaterial {
  return { certificatePem: made.certificatePem, privateKeyPem: pulumi.secret(made.privateKeyPem) };
}

function validated(name: string, args: ClusterIdentityArgs): Required<Omit<ClusterIdentityArgs, "seed">> {
  const { clusterName, certificateAuthorityYears = 10, adminCertificateDays = 365 } = args;
  const errors: string[] = [];
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(clusterName)) {
    errors.push(
      `clusterName is "${clusterName}"; give 1 to 63 letters, digits, ".", "_" and "-", beginning with a letter or digit`,
    );
  }
  const hasGoodYears = isWholeNumber(certificateAuthorityYears, 1, 100);
  if (!hasGoodYears) {
    errors.push(
      `certificateAuthorityYears is ${certificateAuthorityYears}; give a whole number from 1 to 100`,
    );
  }
  const authorityDays = (hasGoodYears ? certificateAuthorityYears : 100) * 365;
  if (!isWholeNumber(adminCertificateDays, 1, authorityDays)) {
    errors.push(
      `adminCertificateDays is ${adminCertificateDays}; give a whole number from 1 to ${authorityDays}, ` +
        "so that it ends no later than the authority that signs it",
    );
  }
  if (errors.length > 0) {
    throw new Error(`ClusterIdentity "${name}": ${errors.join(". ")}.`);
  }
  return { clusterName, certificateAuthorityYears, adminCertificateDays };
}

function isWholeNumber(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
