import "reflect-metadata";

import { createPrivateKey, X509Certificate } from "node:crypto";

import * as x509 from "@peculiar/x509";
import type { dynamic } from "@pulumi/pulumi";

import { newCertificateAuthority } from "../../../../components/pki/certificate-authority";
import {
  type ClientCertificateInputs,
  type ClientCertificateOutputs,
  clientCertificateProvider,
  newClientCertificate,
} from "../../../../components/pki/client-certificate";

const day = 86_400_000;
const start = Date.parse("2026-11-24T12:00:00Z");

function setDay(days: number): void {
  jest.spyOn(Date, "now").mockReturnValue(start + days * day);
}

beforeEach(() => {
  setDay(0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function newInputs(days = 90): Promise<ClientCertificateInputs> {
  const authority = await newCertificateAuthority({ commonName: "kubernetes", years: 10 });
  return {
    commonName: "kubernetes-admin",
    organization: "kubeadm:cluster-admins",
    days,
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  };
}

function diff(
  olds: ClientCertificateOutputs,
  news: ClientCertificateInputs,
): Promise<dynamic.DiffResult> | undefined {
  return clientCertificateProvider.diff?.("id", olds, news);
}

test("is issued by the authority to the user and group that were asked for", async () => {
  const inputs = await newInputs();
  const { certificatePem, privateKeyPem } = await newClientCertificate(inputs);
  const certificate = new X509Certificate(certificatePem);
  const authority = new X509Certificate(inputs.authorityCertificatePem);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
  expect(certificate.subject).toBe("O=kubeadm:cluster-admins\nCN=kubernetes-admin");
  expect(certificate.issuer).toBe("CN=kubernetes");
});

test("is good for authenticating a client, and for nothing else", async () => {
  const { certificatePem } = await newClientCertificate(await newInputs());
  expect(new X509Certificate(certificatePem).ca).toBe(false);
  const certificate = new x509.X509Certificate(certificatePem);
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  expect(certificate.getExtension(x509.KeyUsagesExtension)?.usages).toBe(digitalSignature | keyEncipherment);
  expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([
    x509.ExtendedKeyUsage.clientAuth,
  ]);
});

test("names the authority's key as its signer's", async () => {
  const inputs = await newInputs();
  const { certificatePem } = await newClientCertificate(inputs);
  const authority = new x509.X509Certificate(inputs.authorityCertificatePem);
  const signer = new x509.X509Certificate(certificatePem).getExtension(x509.AuthorityKeyIdentifierExtension);
  expect(signer?.keyId).toBe(authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId);
});

test("lives from now on for its days, and says until when", async () => {
  const { certificatePem, notAfter } = await newClientCertificate(await newInputs(90));
  expect(Date.parse(notAfter)).toBe(start + 90 * day);
  expect(Date.parse(new X509Certificate(certificatePem).validTo)).toBe(start + 90 * day);
});

test("hands the authority's key on to no output", async () => {
  const inputs = await newInputs();
  const { outs } = await clientCertificateProvider.create(inputs);
  expect(Object.keys(outs ?? {}).sort()).toEqual([
    "authorityCertificatePem",
    "certificatePem",
    "commonName",
    "days",
    "notAfter",
    "organization",
    "privateKeyPem",
  ]);
  expect(Object.values(outs ?? {})).not.toContain(inputs.authorityPrivateKeyPem);
});

test.each([
  { after: 0, changes: false },
  { after: 59.99, changes: false },
  { after: 60.01, changes: true },
  { after: 89, changes: true },
  { after: 400, changes: true },
])("of 90 days is renewed after $after of them: $changes", async ({ after, changes }) => {
  const inputs = await newInputs(90);
  const made = await newClientCertificate(inputs);
  setDay(after);
  await expect(diff(made, inputs)).resolves.toEqual({ changes });
});

test.each<Partial<ClientCertificateInputs>>([
  { days: 91 },
  { commonName: "somebody-else" },
  { organization: "some-other-group" },
  { authorityCertificatePem: "another authority" },
])("is made anew, in place, for %j", async (change) => {
  const inputs = await newInputs(90);
  const made = await newClientCertificate(inputs);
  // No `replaces`: an update in place.
  await expect(diff(made, { ...inputs, ...change })).resolves.toEqual({ changes: true });
});

test("a renewal is another key and certificate, of the same authority, that needs no renewal", async () => {
  const inputs = await newInputs(90);
  const made = await newClientCertificate(inputs);
  setDay(80);
  const renewed = (await clientCertificateProvider.update?.("id", made, inputs))?.outs;
  if (renewed === undefined) {
    throw new Error("the update gave no outputs");
  }
  expect(renewed.privateKeyPem).not.toBe(made.privateKeyPem);
  expect(renewed.authorityCertificatePem).toBe(inputs.authorityCertificatePem);
  expect(Date.parse(renewed.notAfter)).toBe(start + 170 * day);
  const authority = new X509Certificate(inputs.authorityCertificatePem);
  expect(new X509Certificate(renewed.certificatePem).verify(authority.publicKey)).toBe(true);
  await expect(diff(renewed, inputs)).resolves.toEqual({ changes: false });
});

test("follows an authority that was changed", async () => {
  const made = await newClientCertificate(await newInputs());
  const another = await newInputs();
  await expect(diff(made, another)).resolves.toEqual({ changes: true });
  const reissued = (await clientCertificateProvider.update?.("id", made, another))?.outs;
  const authority = new X509Certificate(another.authorityCertificatePem);
  expect(new X509Certificate(reissued?.certificatePem ?? "").verify(authority.publicKey)).toBe(true);
});
