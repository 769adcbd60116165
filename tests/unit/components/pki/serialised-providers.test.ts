import { X509Certificate } from "node:crypto";
import { compileFunction } from "node:vm";

import { type dynamic, runtime } from "@pulumi/pulumi";

import { certificateAuthorityProvider } from "../../../../components/pki/certificate-authority";
import { clientCertificateProvider } from "../../../../components/pki/client-certificate";
import { encryptionKeyProvider } from "../../../../components/pki/encryption-key";
import { joinTokenProvider } from "../../../../components/pki/join-token";
import { keyPairProvider } from "../../../../components/pki/key-pair";

/** What the stack's state holds of a provider, in clear. */
async function serialised(
  provider: dynamic.ResourceProvider,
): Promise<{ text: string; containsSecrets: boolean }> {
  return runtime.serializeFunction(() => provider, { allowSecrets: true });
}

/** The provider as the engine gets it back from the state, away from the modules that it was written in. */
async function deserialised<Inputs, Outputs>(
  provider: dynamic.ResourceProvider<Inputs, Outputs>,
): Promise<dynamic.ResourceProvider<Inputs, Outputs>> {
  const { text } = await serialised(provider);
  const exports: { handler?: () => dynamic.ResourceProvider<Inputs, Outputs> } = {};
  compileFunction(text, ["exports", "require"])(exports, require);
  if (exports.handler === undefined) {
    throw new Error("the serialised provider exports no handler");
  }
  return exports.handler();
}

test("work when they come back from the state", async () => {
  const authority = await (
    await deserialised(certificateAuthorityProvider)
  ).create({ commonName: "kubernetes", years: 10 });
  const authorityCertificatePem = authority.outs?.certificatePem ?? "";
  const client = await (
    await deserialised(clientCertificateProvider)
  ).create({
    commonName: "kubernetes-admin",
    organization: "kubeadm:cluster-admins",
    days: 1,
    authorityCertificatePem,
    authorityPrivateKeyPem: authority.outs?.privateKeyPem ?? "",
  });
  const certificate = new X509Certificate(client.outs?.certificatePem ?? "");
  expect(certificate.verify(new X509Certificate(authorityCertificatePem).publicKey)).toBe(true);

  expect((await (await deserialised(keyPairProvider)).create({})).outs?.privateKeyPem).toContain(
    "PRIVATE KEY",
  );
  expect((await (await deserialised(joinTokenProvider)).create({})).outs?.token).toHaveLength(23);
  expect((await (await deserialised(encryptionKeyProvider)).create({})).outs?.key).toHaveLength(44);
});

test.each(
  Object.entries({
    certificateAuthorityProvider,
    clientCertificateProvider,
    encryptionKeyProvider,
    joinTokenProvider,
    keyPairProvider,
  }),
)("%s captures no secret, and little else", async (_name, provider) => {
  const { text, containsSecrets } = await serialised(provider);
  expect(containsSecrets).toBe(false);
  expect(text).not.toContain("-----BEGIN");
  // A library captured by value would be hundreds of kilobytes.
  expect(text.length).toBeLessThan(30_000);
});
