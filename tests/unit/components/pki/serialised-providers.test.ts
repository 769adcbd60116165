import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { promisify } from "node:util";

import { type dynamic, runtime } from "@pulumi/pulumi";

import { loadBalancerAuthorityProvider } from "../../../../components/machines/docker/load-balancer-authority";
import { pushedChartProvider } from "../../../../components/delivery/service-chart";
import { certificateAuthorityProvider } from "../../../../components/pki/certificate-authority";
import { clientCertificateProvider } from "../../../../components/pki/client-certificate";
import { encryptionKeyProvider } from "../../../../components/pki/encryption-key";
import { keyPairProvider } from "../../../../components/pki/key-pair";
import { passwordProvider } from "../../../../components/pki/password";
import { webCertificateProvider } from "../../../../components/pki/web-certificate";

// Each value is made by a process of its own.
jest.setTimeout(60_000);

/** What the stack's state holds of a provider, in clear. */
async function serialised(
  provider: dynamic.ResourceProvider,
): Promise<{ text: string; containsSecrets: boolean }> {
  return runtime.serializeFunction(() => provider, { allowSecrets: true });
}

/** What a provider makes in a process of its own that knows nothing but its serialised text, as in an `up`. */
async function makeElsewhere<Inputs, Outputs>(
  provider: dynamic.ResourceProvider<Inputs, Outputs>,
  inputs: Inputs,
): Promise<Outputs> {
  const { text } = await serialised(provider);
  const script = `${text}
exports.handler().create(${JSON.stringify(inputs)}).then(({ outs }) => console.log(JSON.stringify(outs)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: __dirname });
  return JSON.parse(stdout) as Outputs;
}

// Each of them in a Node of its own, which takes a second on a busy machine.
jest.setTimeout(60_000);

test("make certificates where only their text is", async () => {
  const authority = await makeElsewhere(certificateAuthorityProvider, {
    commonName: "kubernetes",
    years: 10,
  });
  const client = await makeElsewhere(clientCertificateProvider, {
    commonName: "kubernetes-admin",
    organization: "kubeadm:cluster-admins",
    days: 1,
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  });
  const web = await makeElsewhere(webCertificateProvider, {
    hosts: ["localhost", "127.0.0.1"],
    days: 1,
    authorityCertificatePem: authority.certificatePem,
    authorityPrivateKeyPem: authority.privateKeyPem,
  });
  const signer = new X509Certificate(authority.certificatePem).publicKey;
  expect(new X509Certificate(client.certificatePem).verify(signer)).toBe(true);
  expect(new X509Certificate(web.certificatePem).verify(signer)).toBe(true);
});

test("make keys where only their text is", async () => {
  expect((await makeElsewhere(keyPairProvider, {})).privateKeyPem).toContain("PRIVATE KEY");
  expect((await makeElsewhere(encryptionKeyProvider, {})).key).toHaveLength(44);
  expect((await makeElsewhere(passwordProvider, {})).password).toHaveLength(32);
});

test.each(
  Object.entries({
    certificateAuthorityProvider,
    clientCertificateProvider,
    encryptionKeyProvider,
    keyPairProvider,
    loadBalancerAuthorityProvider,
    passwordProvider,
    pushedChartProvider,
  }),
)("%s captures no secret, and little else", async (_name, provider) => {
  const { text, containsSecrets } = await serialised(provider);
  expect(containsSecrets).toBe(false);
  expect(text).not.toContain("-----BEGIN");
  // A library captured by value would be hundreds of kilobytes.
  expect(text.length).toBeLessThan(30_000);
});
