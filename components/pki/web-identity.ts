import * as pulumi from "@pulumi/pulumi";

import { CertificateAuthority } from "./certificate-authority";
import { authorityMaterial, type CertificateMaterial, certificateMaterial } from "./material";
import type { RotationPhase } from "./rotation";
import { rotationLines } from "./rotation-lines";
import { rotationOf } from "./rotation-outputs";
import { WebCertificate } from "./web-certificate";

/** By which names web servers are known, and to whom. */
export interface WebIdentityArgs {
  /** Name of the authority, as a browser shows it, such as `Slipway dev`. Counts when it is made. */
  readonly authorityName: string;
  /** Host names and IP addresses that its certificate is for, one at least. A change makes a new certificate. */
  readonly hosts: readonly string[];
  /** Lifetime of the certificate in days. Default 397, the most that browsers accept of public authorities. */
  readonly days?: number;
  /** The phase that the rotation of its authority goes to. Default: none, it stays in the phase that it is in. */
  readonly rotateTo?: RotationPhase | undefined;
}

/**
 * The certificate of an environment's web servers, by an authority of its own: whoever trusts that trusts nothing else
 * of the cluster's. An `up` renews the certificate when less than a third of its life is left; the authority is good for
 * 10 years, and rotated when it is asked for.
 */
export class WebIdentity extends pulumi.ComponentResource {
  /**
   * What a browser, or `curl --cacert`, is to trust, in PEM: the certificate of the authority, and while it is rotated a second
   * one after it.
   */
  readonly authorityPem: pulumi.Output<string>;
  /** The web servers' certificate and key. */
  readonly certificate: CertificateMaterial;

  constructor(name: string, args: WebIdentityArgs, options?: pulumi.ComponentResourceOptions) {
    super("slipway:pki:WebIdentity", name, {}, options);
    const { authorityName, hosts, days = 397, rotateTo } = args;
    const child = { parent: this };
    const authority = new CertificateAuthority(
      `${name}-authority`,
      { commonName: authorityName, years: 10, ...(rotateTo && { to: rotateTo }) },
      child,
    );
    const rotation = rotationOf(authority, authority.certificatePem);
    rotation.apply(({ phase }) => {
      for (const line of rotationLines({ "web-authority": [phase] })) void pulumi.log.info(line, this);
    });
    const { certificatePem, privateKeyPem, trustedPem } = authorityMaterial(authority, rotation);
    const certificate = new WebCertificate(
      `${name}-certificate`,
      {
        hosts: [...hosts],
        days,
        authorityCertificatePem: certificatePem,
        authorityPrivateKeyPem: privateKeyPem,
      },
      child,
    );
    this.authorityPem = trustedPem;
    this.certificate = certificateMaterial(certificate);
    this.registerOutputs({ authorityPem: this.authorityPem });
  }
}
