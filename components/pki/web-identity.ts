import * as pulumi from "@pulumi/pulumi";

import { CertificateAuthority } from "./certificate-authority";
import type { CertificateMaterial } from "./cluster-identity";
import { WebCertificate } from "./web-certificate";

/** By which names web servers are known, and to whom. */
export interface WebIdentityArgs {
  /** Name of the authority, as a browser shows it, such as `Slipway dev`. Counts when it is made. */
  readonly authorityName: string;
  /** Host names and IP addresses that its certificate is for, one at least. A change makes a new certificate. */
  readonly hosts: readonly string[];
  /** Lifetime of the certificate in days. Default 397, the most that browsers accept of public authorities. */
  readonly days?: number;
}

/**
 * The certificate of an environment's web servers, by an authority of its own: whoever trusts that trusts nothing else
 * of the cluster's. An `up` renews the certificate when less than a third of its life is left; the authority stays for
 * 10 years.
 */
export class WebIdentity extends pulumi.ComponentResource {
  /** Certificate of the authority in PEM: what a browser, or `curl --cacert`, is to trust. */
  readonly authorityPem: pulumi.Output<string>;
  /** The web servers' certificate and key. */
  readonly certificate: CertificateMaterial;

  constructor(name: string, args: WebIdentityArgs, options?: pulumi.ComponentResourceOptions) {
    super("slipway:pki:WebIdentity", name, {}, options);
    const { authorityName, hosts, days = 397 } = args;
    const child = { parent: this };
    const authority = new CertificateAuthority(
      `${name}-authority`,
      { commonName: authorityName, years: 10 },
      child,
    );
    const { certificatePem, privateKeyPem } = new WebCertificate(
      `${name}-certificate`,
      {
        hosts: [...hosts],
        days,
        authorityCertificatePem: authority.certificatePem,
        authorityPrivateKeyPem: pulumi.secret(authority.privateKeyPem),
      },
      child,
    );
    this.authorityPem = authority.certificatePem;
    this.certificate = { certificatePem, privateKeyPem: pulumi.secret(privateKeyPem) };
    this.registerOutputs({ authorityPem: this.authorityPem });
  }
}
