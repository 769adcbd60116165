import { createPrivateKey, X509Certificate } from "node:crypto";

import { KubeConfig } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";

import { ClusterIdentity, type ClusterIdentityArgs } from "../../../../components/pki";
import { certificateAuthorityProvider } from "../../../../components/pki/certificate-authority";
import { certificateHash } from "../../../../components/pki/certificate-hash";
import { clientCertificateProvider } from "../../../../components/pki/client-certificate";
import { encryptionKeyProvider } from "../../../../components/pki/encryption-key";
import { keyPairProvider } from "../../../../components/pki/key-pair";

import { valueOf } from "../../../support/recorder";

// It makes real keys and certificates, which takes seconds on a busy machine.
jest.setTimeout(30_000);

const providers: Record<string, pulumi.dynamic.ResourceProvider | undefined> = {
  "pulumi-nodejs:dynamic/pki:CertificateAuthority": certificateAuthorityProvider,
  "pulumi-nodejs:dynamic/pki:ClientCertificate": clientCertificateProvider,
  "pulumi-nodejs:dynamic/pki:EncryptionKey": encryptionKeyProvider,
  "pulumi-nodejs:dynamic/pki:KeyPair": keyPairProvider,
};

let registered: Record<string, { type: string; inputs: Record<string, unknown> }>;

/** An engine whose dynamic resources are really made, by their own providers. */
beforeEach(async () => {
  registered = {};
  await pulumi.runtime.setMocks({
    newResource: async ({ type, name, inputs }) => {
      const own = Object.entries(inputs as Record<string, unknown>).filter(([key]) => key !== "__provider");
      registered[name] = { type, inputs: Object.fromEntries(own) };
      const values = own.map(([key, value]) => [key, pulumi.runtime.unwrapRpcSecret(value) as unknown]);
      const made = await providers[type]?.create(Object.fromEntries(values));
      return { id: name, state: (made?.outs ?? {}) as Record<string, unknown> };
    },
    call: () => ({}),
  });
});

const args: ClusterIdentityArgs = { clusterName: "slipway-dev" };

async function create(overrides: Partial<ClusterIdentityArgs> = {}): Promise<ClusterIdentity> {
  const children: pulumi.Resource[] = [];
  const collect: pulumi.ResourceTransformation = ({ resource }) => {
    children.push(resource);
    return undefined;
  };
  const identity = new ClusterIdentity("dev", { ...args, ...overrides }, { transformations: [collect] });
  await Promise.all(children.map(({ urn }) => valueOf(urn)));
  return identity;
}

test("registers exactly its six children, each named from it", async () => {
  await create();
  expect(Object.fromEntries(Object.entries(registered).map(([name, { type }]) => [name, type]))).toEqual({
    dev: "slipway:pki:ClusterIdentity",
    "dev-kubernetes-ca": "pulumi-nodejs:dynamic/pki:CertificateAuthority",
    "dev-etcd-ca": "pulumi-nodejs:dynamic/pki:CertificateAuthority",
    "dev-front-proxy-ca": "pulumi-nodejs:dynamic/pki:CertificateAuthority",
    "dev-service-account-key": "pulumi-nodejs:dynamic/pki:KeyPair",
    "dev-encryption-key": "pulumi-nodejs:dynamic/pki:EncryptionKey",
    "dev-admin-certificate": "pulumi-nodejs:dynamic/pki:ClientCertificate",
  });
});

test("makes authorities under kubeadm's names for ten years", async () => {
  await create();
  expect(registered["dev-kubernetes-ca"]?.inputs).toEqual({ commonName: "kubernetes", years: 10 });
  expect(registered["dev-etcd-ca"]?.inputs).toEqual({ commonName: "etcd-ca", years: 10 });
  expect(registered["dev-front-proxy-ca"]?.inputs).toEqual({ commonName: "front-proxy-ca", years: 10 });
});

test("has the Kubernetes authority issue kubeadm's administrator a certificate for a year", async () => {
  const identity = await create();
  const { authorityPrivateKeyPem, ...inputs } = registered["dev-admin-certificate"]?.inputs ?? {};
  expect(inputs).toEqual({
    commonName: "kubernetes-admin",
    organization: "kubeadm:cluster-admins",
    days: 365,
    authorityCertificatePem: await valueOf(identity.kubernetesCa.certificatePem),
  });
  expect(pulumi.runtime.isRpcSecret(authorityPrivateKeyPem)).toBe(true);
  expect(pulumi.runtime.unwrapRpcSecret(authorityPrivateKeyPem)).toBe(
    await valueOf(identity.kubernetesCa.privateKeyPem),
  );
});

test("signs a machine's kubelet a certificate for its node alone, and keeps it nowhere", async () => {
  const identity = await create();
  const before = Object.keys(registered);
  const credential = identity.kubeletCertificate("worker-0", "10.88.0.16", 3600);
  const text = await valueOf(credential);
  const certificate = new X509Certificate(text);
  const authority = new X509Certificate(await valueOf(identity.kubernetesCa.certificatePem));
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.subject).toBe("O=system:nodes\nCN=system:node:worker-0");
  expect(certificate.subjectAltName).toBe("DNS:worker-0, IP Address:10.88.0.16");
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"]);
  const left = Date.parse(certificate.validTo) - Date.now();
  expect(left).toBeGreaterThan(3590_000);
  expect(left).toBeLessThanOrEqual(3600_000);
  expect(certificate.checkPrivateKey(createPrivateKey(text.slice(text.indexOf("-----BEGIN PRIVATE"))))).toBe(
    true,
  );
  expect(await pulumi.isSecret(credential)).toBe(true);
  expect(Object.keys(registered)).toEqual(before);
});

test("takes other lifetimes", async () => {
  await create({ certificateAuthorityYears: 20, adminCertificateDays: 30 });
  expect(registered["dev-front-proxy-ca"]?.inputs.years).toBe(20);
  expect(registered["dev-admin-certificate"]?.inputs.days).toBe(30);
});

test("gives out each authority as its own, and the Kubernetes one's hash", async () => {
  const { kubernetesCa, etcdCa, frontProxyCa, caCertificateHash } = await create();
  const certificates = await Promise.all(
    [kubernetesCa, etcdCa, frontProxyCa].map((authority) => valueOf(authority.certificatePem)),
  );
  expect(certificates.map((pem) => new X509Certificate(pem).subject)).toEqual([
    "CN=kubernetes",
    "CN=etcd-ca",
    "CN=front-proxy-ca",
  ]);
  expect(await valueOf(caCertificateHash)).toBe(certificateHash(certificates[0] ?? ""));
});

test("gives a kubeconfig by which the administrator reaches the server", async () => {
  const identity = await create();
  const read = new KubeConfig();
  read.loadFromString(await valueOf(identity.adminKubeconfig(pulumi.output("https://127.0.0.1:7443"))));
  const decoded = (data: string | undefined) => Buffer.from(data ?? "", "base64").toString();
  expect(read.getCurrentContext()).toBe("slipway-dev");
  expect(read.getCurrentCluster()?.server).toBe("https://127.0.0.1:7443");
  expect(decoded(read.getCurrentCluster()?.caData)).toBe(await valueOf(identity.kubernetesCa.certificatePem));
  expect(decoded(read.getCurrentUser()?.certData)).toBe(
    await valueOf(identity.adminCertificate.certificatePem),
  );
  expect(decoded(read.getCurrentUser()?.keyData)).toBe(
    await valueOf(identity.adminCertificate.privateKeyPem),
  );
});

test("marks what is private as secret, and nothing else", async () => {
  const identity = await create();
  const { kubernetesCa, etcdCa, frontProxyCa, serviceAccountKey, adminCertificate } = identity;
  const secret = (outputs: readonly pulumi.Output<unknown>[]) =>
    Promise.all(outputs.map((output) => pulumi.isSecret(output)));
  const holders = [kubernetesCa, etcdCa, frontProxyCa, serviceAccountKey, adminCertificate];
  const kubeconfig = identity.adminKubeconfig("https://127.0.0.1:7443");
  const isPrivate = [...holders.map((holder) => holder.privateKeyPem), identity.encryptionKeys, kubeconfig];
  const isPublic = [
    ...[kubernetesCa, etcdCa, frontProxyCa, adminCertificate].map((holder) => holder.certificatePem),
    serviceAccountKey.publicKeyPem,
    identity.caCertificateHash,
  ];
  expect(await secret(isPrivate)).toEqual(isPrivate.map(() => true));
  expect(await secret(isPublic)).toEqual(isPublic.map(() => false));
});

describe("refuses", () => {
  test.each<[Partial<ClusterIdentityArgs>, string]>([
    [{ clusterName: "" }, 'clusterName is ""; give 1 to 63 letters'],
    [{ clusterName: "two words" }, 'clusterName is "two words"; give 1 to 63 letters'],
    [{ clusterName: "a".repeat(64) }, `clusterName is "${"a".repeat(64)}"; give 1 to 63 letters`],
    [{ certificateAuthorityYears: 0 }, "certificateAuthorityYears is 0; give a whole number from 1 to 100"],
    [
      { certificateAuthorityYears: 2.5 },
      "certificateAuthorityYears is 2.5; give a whole number from 1 to 100",
    ],
    [
      { certificateAuthorityYears: 101 },
      "certificateAuthorityYears is 101; give a whole number from 1 to 100",
    ],
    [{ adminCertificateDays: 0 }, "adminCertificateDays is 0; give a whole number from 1 to 3650"],
    [{ adminCertificateDays: NaN }, "adminCertificateDays is NaN; give a whole number from 1 to 3650"],
    [
      { certificateAuthorityYears: 1, adminCertificateDays: 366 },
      "adminCertificateDays is 366; give a whole number from 1 to 365",
    ],
  ])("%j", (bad, message) => {
    expect(() => new ClusterIdentity("dev", { ...args, ...bad })).toThrow(message);
    expect(registered).toEqual({});
  });

  test("everything that is wrong at once, naming the component", () => {
    const bad = { clusterName: "?", certificateAuthorityYears: -1, adminCertificateDays: 0 };
    expect(() => new ClusterIdentity("dev", bad)).toThrow(
      /^ClusterIdentity "dev": clusterName is .*\. certificateAuthorityYears is -1; .*\. adminCertificateDays is 0; .*\.$/,
    );
  });
});
