import { X509Certificate } from "node:crypto";

import type { CertificateEnds } from "../actions/certificate-ends";

/** An authority that everything below it ends with. */
export interface Authority {
  /** As kubeadm calls it, such as `etcd/ca`. */
  readonly name: string;
  readonly certificatePem: string;
}

/** What there is to know of a cluster's certificates before its machines change. */
export interface CertificateFacts {
  readonly ends: readonly CertificateEnds[];
  readonly authorities: readonly Authority[];
  /** How long machines' certificates are good for, in seconds. */
  readonly validitySeconds: number;
}

/** With so much of its time left a certificate should have been renewed: thirty days of a year. */
const lateShare = 30 / 365;

/** With so much left an update renews it: before a machine's own timer does, at a quarter. */
const dueShare = 1 / 3;

/** Control planes whose certificates an update signs anew, with when the first of them ends. */
export function dueCertificates(
  { ends, validitySeconds }: Omit<CertificateFacts, "authorities">,
  now: number = Date.now(),
): Map<string, Date> {
  const isDue = (end: Date): boolean => end.getTime() - now < validitySeconds * 1000 * dueShare;
  return new Map(ends.flatMap(({ node, machine }) => (machine && isDue(machine) ? [[node, machine]] : [])));
}

/** Certificates that end soon, or have ended, one sentence each. */
export function certificateFindings(
  { ends, authorities, validitySeconds }: CertificateFacts,
  now: number = Date.now(),
): string[] {
  const isLate = (end: Date | undefined, life = validitySeconds * 1000): end is Date =>
    end !== undefined && end.getTime() - now < life * lateShare;
  const when = (end: Date): string => `${end.getTime() < now ? "ended" : "end"} on ${end.toISOString()}`;
  return [
    ...ends.flatMap(({ node, machine, kubelet }) => [
      ...(isLate(machine)
        ? [`those that ${node} signs itself ${when(machine)}; make up signs them anew, if it can be reached`]
        : []),
      ...(isLate(kubelet)
        ? [
            `those of the kubelet of ${node} ${when(kubelet)}; ` +
              "it asks for new ones: kubectl get certificatesigningrequests says what became of that",
          ]
        : []),
    ]),
    ...authorities.flatMap(({ name, certificatePem }) => {
      const { validFrom, validTo } = new X509Certificate(certificatePem);
      const end = new Date(validTo);
      return isLate(end, end.getTime() - Date.parse(validFrom))
        ? [
            `those that the authority ${name} has signed ${when(end)} at the latest, with itself; make rotate WHAT=authorities makes another one`,
          ]
        : [];
    }),
  ];
}
