import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/**
 * The certificate authorities that this host trusts, in one file on Debian. The images trust the same: a network that
 * reaches its registries through mirrors of its own often has an authority of its own.
 */
export const hostAuthorities = "/etc/ssl/certs/ca-certificates.crt";

/** What the authorities are in an image's key. */
export function hostAuthoritiesDigest(): string {
  if (!existsSync(hostAuthorities)) return "none";
  return createHash("sha256").update(readFileSync(hostAuthorities)).digest("hex");
}
