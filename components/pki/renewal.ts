/**
 * Whether less than a third of a certificate's lifetime is left: early enough that an `up` now and then is renewal
 * enough.
 * @param certificate its lifetime in days, and its end as ISO 8601 has it
 */
export function isDueForRenewal(certificate: { readonly days: number; readonly notAfter: string }): boolean {
  return Date.parse(certificate.notAfter) - Date.now() < (certificate.days * 86_400_000) / 3;
}
