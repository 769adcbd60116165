import { createPrivateKey, X509Certificate } from "node:crypto";

import type { dynamic } from "@pulumi/pulumi";

import { newCertificateAuthority } from "../../../../components/pki/certificate-authority";
import {
  newWebCertificate,
  type WebCertificateInputs,
  type WebCertificateOutputs,
  webCertificateProvider,
} from "../../../../components/pki/web-certificate";

let inputs: WebCertificateInputs;

beforeAll(async () => {
  const authority = await newCertificateAuthority({ commonName: "Slipway dev", years: 10 });
  inputs = {
    hosts: ["localhost", "127.0.0.1", "shop.example.org"],
    days: 90,
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  };
});

test("is issued by the authority for all its hosts", async () => {
  const { certificatePem, privateKeyPem } = await newWebCertificate(inputs);
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.verify(new X509Certificate(inputs.authorityCertificatePem).publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkHost("shop.example.org")).toBe("shop.example.org");
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.checkHost("other.example.org")).toBeUndefined();
  expect(certificate.ca).toBe(false);
});

test("keeps no key of the authority in its own state", async () => {
  expect(JSON.stringify(await newWebCertificate(inputs))).not.toContain(inputs.authorityPrivateKeyPem);
});

describe("once made", () => {
  const diff = async (
    news: WebCertificateInputs,
    changed: Partial<WebCertificateOutputs> = {},
  ): Promise<dynamic.DiffResult | undefined> =>
    await webCertificateProvider.diff?.("id", { ...(await newWebCertificate(inputs)), ...changed }, news);

  test("stays as it is", async () => {
    expect(await diff({ ...inputs, hosts: [...inputs.hosts] })).toEqual({ changes: false });
  });

  test("is made anew in place for other hosts, another lifetime, another authority", async () => {
    expect(await diff({ ...inputs, hosts: ["localhost"] })).toEqual({ changes: true });
    expect(await diff({ ...inputs, days: 91 })).toEqual({ changes: true });
    expect(await diff({ ...inputs, authorityCertificatePem: "another" })).toEqual({ changes: true });
  });

  test("is renewed when less than a third of its life is left", async () => {
    const leaves = (days: number) => ({ notAfter: new Date(Date.now() + days * 86_400_000).toISOString() });
    expect(await diff(inputs, leaves(31))).toEqual({ changes: false });
    expect(await diff(inputs, leaves(29))).toEqual({ changes: true });
  });
});
