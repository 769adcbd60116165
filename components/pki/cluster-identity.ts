import * as pulumi from "@pulumi/pulumi";

import { CertificateAuthority, type CertificateAuthorityPem } from "./certificate-authority";
import { certificateHash } from "./certificate-hash";
import { issueCertificate } from "./certificate";
import { ClientCertificate } from "./client-certificate";
import { EncryptionKey, type NumberedKey } from "./encryption-key";
import { KeyPair, type KeyPairPem } from "./key-pair";
import { knownValue } from "./known-value";
import { kubeconfig } from "./kubeconfig";
import {
  authorityMaterial,
  type CertificateAuthorityMaterial,
  type CertificateMaterial,
  certificateMaterial,
  inClear,
} from "./material";
import type { IdentityPart, Rotation, RotationPhase } from "./rotation";
import { rotationOf } from "./rotation-outputs";

/** A cluster's name, and how long its certificates are good for. */
export interface ClusterIdentityArgs {
  /**
   * The cluster's name in kubeconfigs: letters, digits, `.`, `_` and `-`, 63 at most, beginning with a letter or
   * digit, such as `slipway-dev`. Plain. A change renames, and makes no key anew.
   */
  readonly clusterName: string;
  /**
   * Lifetime of the certificate authorities in years of 365 days, 1 to 100. Default 10. Counts when they are made:
   * a change later is without effect until they are rotated.
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
  /** What goes to the next phase of its rotation. Default: nothing, every part stays in the phase that it is in. */
  readonly rotate?: RotationStep | undefined;
}

/** A step of a rotation. */
export interface RotationStep {
  /** What rotates. */
  readonly part: IdentityPart;
  /** The phase that it goes to. Nothing happens where it is there already; one that is not the next is refused. */
  readonly to: RotationPhase;
}

/**
 * What a cluster's data cannot be used without. All of it is made a secret. Of one that was being rotated, each certificate and
 * public key may be followed by the other one's in PEM: that is still trusted.
 */
export interface ClusterIdentitySeed {
  /** See {@link ClusterIdentity.kubernetesCa}. */
  readonly kubernetesCa: CertificateAuthorityPem;
  /** See {@link ClusterIdentity.etcdCa}. */
  readonly etcdCa: CertificateAuthorityPem;
  /** See {@link ClusterIdentity.frontProxyCa}. */
  readonly frontProxyCa: CertificateAuthorityPem;
  /** See {@link ClusterIdentity.serviceAccountKey}. */
  readonly serviceAccountKey: KeyPairPem;
  /** See {@link ClusterIdentity.encryptionKeys}. */
  readonly encryptionKeys: readonly NumberedKey[];
}

/** The key pair that signs and checks the tokens of service accounts. */
export interface ServiceAccountKeyMaterial {
  /** SubjectPublicKeyInfo in PEM: kubeadm's `sa.pub`. While it is rotated, another one follows whose tokens are good too. */
  readonly publicKeyPem: pulumi.Output<string>;
  /** PKCS #8 in PEM: kubeadm's `sa.key`. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/**
 * What a kubeadm cluster is known by: its authorities and keys, made before any machine exists and kept in
 * the stack's state. Every part is made once and then stays, whatever changes in the program or its inputs, until it is
 * rotated; the administrator's certificate alone is renewed. All keys are ECDSA P-256.
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
  /** For the API server's EncryptionConfiguration: the first one writes, and one that follows is read while they rotate. Secret. */
  readonly encryptionKeys: pulumi.Output<readonly NumberedKey[]>;
  /** The phase that the rotation of each part is in: of the authorities, of each of them. */
  readonly phases: pulumi.Output<Readonly<Record<IdentityPart, readonly RotationPhase[]>>>;
  /** `sha256:<hex>` of the Kubernetes authority's public key, for kubeadm's `caCertHashes`. */
  readonly caCertificateHash: pulumi.Output<string>;
  /** Client certificate of `kubernetes-admin` in the group `kubeadm:cluster-admins`. */
  readonly adminCertificate: CertificateMaterial;

  private readonly clusterName: string;
  /** What goes to its next phase in this run. */
  private readonly moving: IdentityPart | undefined;
  private readonly rotations: Readonly<Record<IdentityPart, readonly pulumi.Output<Rotation<unknown>>[]>>;

  /** @throws Error that names each bad argument, its value and what would be right. */
  constructor(name: string, args: ClusterIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    const {
      clusterName,
      certificateAuthorityYears: years,
      adminCertificateDays: days,
    } = validated(name, args);
    const { seed, rotate } = args;
    super("slipway:pki:ClusterIdentity", name, {}, opts);
    this.clusterName = clusterName;
    this.moving = rotate?.part;
    const child = { parent: this };
    const to = (part: IdentityPart) => (rotate?.part === part ? { to: rotate.to } : {});

    const authorities: pulumi.Output<Rotation<CertificateAuthorityPem>>[] = [];
    const authority = (role: string, commonName: string, made?: CertificateAuthorityPem) => {
      const resource = new CertificateAuthority(
        `${name}-${role}`,
        { commonName, years, ...(made && { seed: pulumi.secret(made) }), ...to("authorities") },
        child,
      );
      const rotation = rotationOf(resource, resource.certificatePem);
      authorities.push(rotation);
      return authorityMaterial(resource, rotation);
    };
    this.kubernetesCa = authority("kubernetes-ca", "kubernetes", seed?.kubernetesCa);
    this.etcdCa = authority("etcd-ca", "etcd-ca", seed?.etcdCa);
    this.frontProxyCa = authority("front-proxy-ca", "front-proxy-ca", seed?.frontProxyCa);
    this.caCertificateHash = this.kubernetesCa.certificatePem.apply(certificateHash);

    const keyPair = new KeyPair(
      `${name}-service-account-key`,
      { ...(seed && { seed: pulumi.secret(seed.serviceAccountKey) }), ...to("service-account-key") },
      child,
    );
    const keyPairs = rotationOf(keyPair, keyPair.publicKeyPem);
    this.serviceAccountKey = {
      publicKeyPem: inClear([keyPair.publicKeyPem, keyPairs.apply(({ other }) => other?.publicKeyPem ?? "")]),
      privateKeyPem: pulumi.secret(keyPair.privateKeyPem),
    };

    const encryptionKey = new EncryptionKey(
      `${name}-encryption-key`,
      { ...(seed && { seed: pulumi.secret(seed.encryptionKeys) }), ...to("encryption-key") },
      child,
    );
    const keys = rotationOf(encryptionKey, encryptionKey.key);
    this.encryptionKeys = pulumi.secret(
      pulumi
        .all([encryptionKey.key, keys])
        .apply(([key, { generation, other }]) => [
          { key, generation },
          ...(other?.key === undefined ? [] : [{ key: other.key, generation: other.generation }]),
        ]),
    );
    this.rotations = { authorities, "service-account-key": [keyPairs], "encryption-key": [keys] };
    this.phases = this.phasesNow();

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
   * A text that changes with each phase in which there is something new for machines that need these parts; empty where none
   * was ever rotated. It holds no key: documents that have nothing of the identity have this.
   */
  mark(parts: readonly IdentityPart[]): pulumi.Output<string> {
    const marks = parts.flatMap((part) =>
      this.rotations[part].map((rotation) => rotation.apply((known) => rotationMark(part, known))),
    );
    const mark = pulumi
      .unsecret(pulumi.all(marks))
      .apply((all) => [...new Set(all)].filter((each) => each !== "").join(" "));
    return this.orAtFirst(parts, mark, "");
  }

  /** Whether there are two of the Kubernetes authority that are trusted, as while it is rotated. */
  get trustsTwo(): pulumi.Output<boolean> {
    const two = this.kubernetesCa.otherCertificatePem.apply((other) => other !== "");
    return this.orAtFirst(["authorities"], two, false);
  }

  /** A preview knows what a cluster begins with before there is one, unless it is the preview of a step. */
  private orAtFirst<T extends string | boolean>(
    parts: readonly IdentityPart[],
    output: pulumi.Output<T>,
    first: T,
  ): pulumi.Output<T> {
    if (this.moving !== undefined && parts.includes(this.moving)) return output;
    return pulumi.output(knownValue(output).then((known = first) => known)) as pulumi.Output<T>;
  }

  private phasesNow(): ClusterIdentity["phases"] {
    const of = (part: IdentityPart): pulumi.Output<RotationPhase[]> =>
      pulumi.all(this.rotations[part].map((rotation) => rotation.apply(({ phase }) => phase)));
    return pulumi.unsecret(
      pulumi
        .all([of("authorities"), of("service-account-key"), of("encryption-key")])
        .apply(([authorities, serviceAccountKey, encryptionKey]) => ({
          ...{ authorities, "service-account-key": serviceAccountKey, "encryption-key": encryptionKey },
        })),
    );
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
    const parts = pulumi.all([server, this.kubernetesCa.trustedPem, certificatePem, privateKeyPem]);
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

function rotationMark(part: IdentityPart, { phase, generation }: Rotation<unknown>): string {
  const isTwo = phase === "trust" || phase === "sign";
  return generation === 1 && !isTwo ? "" : `${part}-${generation}${isTwo ? `-${phase}` : ""}`;
}

function validated(
  name: string,
  args: ClusterIdentityArgs,
): Required<Omit<ClusterIdentityArgs, "seed" | "rotate">> {
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
