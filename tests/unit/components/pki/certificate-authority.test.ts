import "reflect-metadata";

import { createPrivateKey, X509Certificate } from "node:crypto";

import * as x509 from "@peculiar/x509";

import {
  certificateAuthorityProvider,
  newCertificateAuthority,
} from "../../../../components/pki/certificate-authority";

const inputs = { commonName: "etcd-ca", years: 10 };
const now = new Date("2026-11-24T12:00:00Z");

beforeEach(() => {
  jest.spyOn(Date, "now").mockReturnValue(now.getTime());
});
afterEach(() => {
  jest.restoreAllMocks();
});

test("makes a self-signed authority and the key that it signs with", async () => {
  const { certificatePem, privateKeyPem } = await newCertificateAuthority(inputs);
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.ca).toBe(true);
  expect(certificate.subject).toBe("CN=etcd-ca");
  expect(certificate.issuer).toBe("CN=etcd-ca");
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
});

test("lives from five minutes ago for its years of 365 days", async () => {
  const { certificatePem } = await newCertificateAuthority({ commonName: "kubernetes", years: 30 });
  const { validFrom, validTo } = new X509Certificate(certificatePem);
  expect(new Date(validFrom)).toEqual(new Date("2026-11-24T11:55:00Z"));
  // Past 2049 X.509 writes dates in another form.
  expect(Date.parse(validTo) - now.getTime()).toBe(30 * 365 * 86_400_000);
});

test("may sign certificates, and says so in the critical extensions that kubeadm writes", async () => {
  const { certificatePem } = await newCertificateAuthority(inputs);
  const certificate = new x509.X509Certificate(certificatePem);
  const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags;
  expect(certificate.getExtension(x509.BasicConstraintsExtension)).toMatchObject({
    ca: true,
    critical: true,
  });
  expect(certificate.getExtension(x509.KeyUsagesExtension)).toMatchObject({
    usages: digitalSignature | keyEncipherment | keyCertSign,
    critical: true,
  });
  expect(certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toMatch(/^[0-9a-f]{40}$/);
});

test("makes another key and serial number each time", async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => newCertificateAuthority(inputs)));
  expect(new Set(made.map(({ privateKeyPem }) => privateKeyPem)).size).toBe(20);
  expect(
    new Set(made.map(({ certificatePem }) => new X509Certificate(certificatePem).serialNumber)).size,
  ).toBe(20);
});

test("stays when its lifetime or name is configured anew", async () => {
  const made = await newCertificateAuthority(inputs);
  const changed = { commonName: "another", years: 1 };
  await expect(certificateAuthorityProvider.diff?.("id", made, changed)).resolves.toEqual({ changes: false });
});
