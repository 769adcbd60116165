import { gunzipSync } from "node:zlib";

/** Texts that open something to whoever reads them, by how their makers mark them. */
const formats: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a GitHub token", /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b/],
  ["a GitLab token", /\bgl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{20,}\b/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  ["an address with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']+:[^\s/@"'$]{3,}@/],
];

/** What a text holds that should be a secret, as in `a private key`; undefined when it holds nothing of the kind. */
export function secretIn(text: string): string | undefined {
  const found = (it: string) => formats.find(([, format]) => format.test(it))?.[0];
  return found(text) ?? found(decoded(text));
}

/** What base64 holds, and gzip in it, as user data of a machine does. Nothing for what is too short to be either. */
function decoded(text: string): string {
  if (text.length < 40 || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return "";
  const bytes = Buffer.from(text, "base64");
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("latin1");
  try {
    return gunzipSync(bytes).toString("latin1");
  } catch {
    return "";
  }
}
