import * as pulumi from "@pulumi/pulumi";

import { issueCertificate } from "./certificate";

/** What a serving certificate is made of. A change of any of them makes a new one. */
interface Request {
  readonly commonName: string;
  readonly organization: string;
  /** Name that its holder answers to. */
  readonly dnsName: string;
  /** IP address that its holder answers at. */
  readonly address: string;
  /** Certificate of the authority that signs. */
  readonly authorityCertificatePem: string;
}

export interface ServingCertificateInputs extends Request {
  readonly authorityPrivateKeyPem: string;
}

export interface ServingCertificateOutputs extends Request {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** A new key and a certificate for it, valid for as long as the authority, by which clients know their server. */
export async function newServingCertificate(
  inputs: ServingCertificateInputs,
): Promise<ServingCertificateOutputs> {
  const { authorityPrivateKeyPem, ...request } = inputs;
  const { certificatePem, privateKeyPem } = await issueCertificate(
    { ...request, authorityPrivateKeyPem },
    ({ ExtendedKeyUsage, KeyUsageFlags, ...x509 }, authority) => ({
      days: (authority.notAfter.getTime() - Date.now()) / 86_400_000,
      usages: KeyUsageFlags.digitalSignature,
      extensions: [
        new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: "dns", value: request.dnsName },
          { type: "ip", value: request.address },
        ]),
      ],
    }),
  );
  return { ...request, certificatePem, privateKeyPem };
}

function isAskedAnew(olds: ServingCertificateOutputs, news: ServingCertificateInputs): boolean {
  return (
    olds.commonName !== news.commonName ||
    olds.organization !== news.organization ||
    olds.dnsName !== news.dnsName ||
    olds.address !== news.address ||
    olds.authorityCertificatePem !== news.authorityCertificatePem
  );
}

/** Never renews by itself: the certificate is part of a machine's document, and another document is another machine. */
export const servingCertificateProvider: pulumi.dynamic.ResourceProvider<
  ServingCertificateInputs,
  ServingCertificateOutputs
> = {
  create: async (inputs) => {
    const { randomUUID } = await import("node:crypto");
    return { id: randomUUID(), outs: await newServingCertificate(inputs) };
  },
  diff: (_id, olds, news) => Promise.resolve({ changes: isAskedAnew(olds, news) }),
  update: async (_id, _olds, news) => ({ outs: await newServingCertificate(news) }),
};

/** The certificate of a server at one name and address. */
export class ServingCertificate extends pulumi.dynamic.Resource {
  /** The certificate in PEM. */
  declare readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;

  constructor(
    name: string,
    args: { readonly [Key in keyof ServingCertificateInputs]: pulumi.Input<ServingCertificateInputs[Key]> },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      servingCertificateProvider,
      name,
      { ...args, certificatePem: undefined, privateKeyPem: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem"] }),
      "pki",
      "ServingCertificate",
    );
  }
}
