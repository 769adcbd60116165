import * as pulumi from "@pulumi/pulumi";

import { issueCertificate, loadX509 } from "./certificate";
import { isDueForRenewal } from "./renewal";

/** What a web certificate is made of. A change of any of them makes a new one. */
interface Request {
  /** Host names and IP addresses that its holder answers to, one at least. */
  readonly hosts: readonly string[];
  /** Lifetime in days. */
  readonly days: number;
  /** Certificate of the authority that signs. */
  readonly authorityCertificatePem: string;
}

export interface WebCertificateInputs extends Request {
  readonly authorityPrivateKeyPem: string;
}

export interface WebCertificateOutputs extends Request {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** When the certificate ends, as ISO 8601 has it. */
  readonly notAfter: string;
}

/** A new key and a certificate for it, by which browsers know a web server. */
export async function newWebCertificate(inputs: WebCertificateInputs): Promise<WebCertificateOutputs> {
  const { isIP } = await import("node:net");
  const { authorityPrivateKeyPem, ...request } = inputs;
  const { hosts, days, authorityCertificatePem } = request;
  const { certificatePem, privateKeyPem } = await issueCertificate(
    {
      commonName: hosts[0] ?? "",
      organization: "slipway",
      authorityCertificatePem,
      authorityPrivateKeyPem,
    },
    ({ ExtendedKeyUsage, KeyUsageFlags, ...x509 }) => ({
      days,
      usages: KeyUsageFlags.digitalSignature,
      extensions: [
        new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
        ),
      ],
    }),
  );
  const { X509Certificate } = await loadX509();
  const notAfter = new X509Certificate(certificatePem).notAfter.toISOString();
  return { ...request, certificatePem, privateKeyPem, notAfter };
}

function isAskedAnew(olds: WebCertificateOutputs, news: WebCertificateInputs): boolean {
  return (
    olds.hosts.join() !== news.hosts.join() ||
    olds.days !== news.days ||
    olds.authorityCertificatePem !== news.authorityCertificatePem
  );
}

/** Renews in place. */
export const webCertificateProvider: pulumi.dynamic.ResourceProvider<
  WebCertificateInputs,
  WebCertificateOutputs
> = {
  create: async (inputs) => {
    const { randomUUID } = await import("node:crypto");
    return { id: randomUUID(), outs: await newWebCertificate(inputs) };
  },
  diff: (_id, olds, news) => Promise.resolve({ changes: isAskedAnew(olds, news) || isDueForRenewal(olds) }),
  update: async (_id, _olds, news) => ({ outs: await newWebCertificate(news) }),
};

/** A web server's certificate that an `up` renews when less than a third of its life is left. */
export class WebCertificate extends pulumi.dynamic.Resource {
  /** The certificate in PEM. */
  declare readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;

  constructor(
    name: string,
    args: { readonly [Key in keyof WebCertificateInputs]: pulumi.Input<WebCertificateInputs[Key]> },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      webCertificateProvider,
      name,
      { ...args, certificatePem: undefined, privateKeyPem: undefined, notAfter: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem"] }),
      "pki",
      "WebCertificate",
    );
  }
}
