import "reflect-metadata";

import { createPrivateKey, X509Certificate } from "node:crypto";

import * as x509 from "@peculiar/x509";
import type { dynamic } from "@pulumi/pulumi";

import { newCertificateAuthority } from "../../../../components/pki/certificate-authority";
import {
  newServingCertificate,
  type ServingCertificateInputs,
  servingCertificateProvider,
} from "../../../../components/pki/serving-certificate";

let inputs: ServingCertificateInputs;

beforeAll(async () => {
  const authority = await newCertificateAuthority({ commonName: "kubernetes", years: 10 });
  inputs = {
    commonName: "system:node:worker-0",
    organization: "system:nodes",
    dnsName: "worker-0",
    address: "10.88.0.16",
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  };
});

test("is issued by the authority for one name and one address", async () => {
  const { certificatePem, privateKeyPem } = await newServingCertificate(inputs);
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.verify(new X509Certificate(inputs.authorityCertificatePem).publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
  expect(certificate.subject).toBe("O=system:nodes\nCN=system:node:worker-0");
  expect(certificate.subjectAltName).toBe("DNS:worker-0, IP Address:10.88.0.16");
});

test("is good for being known as a server, and for nothing else", async () => {
  const { certificatePem } = await newServingCertificate(inputs);
  expect(new X509Certificate(certificatePem).ca).toBe(false);
  const certificate = new x509.X509Certificate(certificatePem);
  expect(certificate.getExtension(x509.KeyUsagesExtension)?.usages).toBe(x509.KeyUsageFlags.digitalSignature);
  expect(certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([
    x509.ExtendedKeyUsage.serverAuth,
  ]);
});

test("ends with its authority", async () => {
  const { certificatePem } = await newServingCertificate(inputs);
  const ends = (pem: string): number => Date.parse(new X509Certificate(pem).validTo);
  expect(Math.abs(ends(certificatePem) - ends(inputs.authorityCertificatePem))).toBeLessThanOrEqual(1000);
});

test("keeps no key of the authority in its own state", async () => {
  expect(JSON.stringify(await newServingCertificate(inputs))).not.toContain(inputs.authorityPrivateKeyPem);
});

describe("once made", () => {
  const diff = async (news: ServingCertificateInputs): Promise<dynamic.DiffResult | undefined> =>
    await servingCertificateProvider.diff?.("id", await newServingCertificate(inputs), news);

  test("stays as it is, and so does the machine whose document holds it", async () => {
    expect(await diff({ ...inputs })).toEqual({ changes: false });
  });

  test.each(["commonName", "organization", "dnsName", "address", "authorityCertificatePem"] as const)(
    "is made anew in place for another %s",
    async (field) => {
      expect(await diff({ ...inputs, [field]: "another" })).toEqual({ changes: true });
    },
  );
});
