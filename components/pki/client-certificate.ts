import * as pulumi from "@pulumi/pulumi";

import { issueCertificate, loadX509 } from "./certificate";
import { isDueForRenewal } from "./renewal";

/** What a client certificate is made of. A change of any of them makes a new one. */
interface Request {
  /** Kubernetes' name of the user. */
  readonly commonName: string;
  /** Kubernetes' name of the user's group. */
  readonly organization: string;
  /** Lifetime in days. */
  readonly days: number;
  /** Certificate of the authority that signs. */
  readonly authorityCertificatePem: string;
}

export interface ClientCertificateInputs extends Request {
  readonly authorityPrivateKeyPem: string;
}

export interface ClientCertificateOutputs extends Request {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** When the certificate ends, as ISO 8601 has it. */
  readonly notAfter: string;
}

/** A new key and a certificate for it, by which its holder authenticates itself to the API server. */
export async function newClientCertificate(
  inputs: ClientCertificateInputs,
): Promise<ClientCertificateOutputs> {
  const { authorityPrivateKeyPem, ...request } = inputs;
  const { certificatePem, privateKeyPem } = await issueCertificate(
    { ...request, authorityPrivateKeyPem },
    ({ ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags }) => ({
      days: request.days,
      usages: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
    }),
  );
  const { X509Certificate } = await loadX509();
  const notAfter = new X509Certificate(certificatePem).notAfter.toISOString();
  return { ...request, certificatePem, privateKeyPem, notAfter };
}

function isAskedAnew(olds: ClientCertificateOutputs, news: ClientCertificateInputs): boolean {
  return (
    olds.commonName !== news.commonName ||
    olds.organization !== news.organization ||
    olds.days !== news.days ||
    olds.authorityCertificatePem !== news.authorityCertificatePem
  );
}

/** Renews in place: nothing is ever replaced, and the authority is only read. */
export const clientCertificateProvider: pulumi.dynamic.ResourceProvider<
  ClientCertificateInputs,
  ClientCertificateOutputs
> = {
  create: async (inputs) => {
    const { randomUUID } = await import("node:crypto");
    return { id: randomUUID(), outs: await newClientCertificate(inputs) };
  },
  diff: (_id, olds, news) => Promise.resolve({ changes: isAskedAnew(olds, news) || isDueForRenewal(olds) }),
  update: async (_id, _olds, news) => ({ outs: await newClientCertificate(news) }),
};

/** A client certificate that an `up` renews when less than a third of its life is left. */
export class ClientCertificate extends pulumi.dynamic.Resource {
  /** The certificate in PEM. */
  declare readonly certificatePem: pulumi.Output<string>;
  /** PKCS #8 in PEM. Secret. */
  declare readonly privateKeyPem: pulumi.Output<string>;

  constructor(
    name: string,
    args: { readonly [Key in keyof ClientCertificateInputs]: pulumi.Input<ClientCertificateInputs[Key]> },
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      clientCertificateProvider,
      name,
      { ...args, certificatePem: undefined, privateKeyPem: undefined, notAfter: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKeyPem"] }),
      "pki",
      "ClientCertificate",
    );
  }
}
