import { rotatingParts } from "../components/pki/rotation";

/** What commands are told from outside, by a variable, and what each may hold. The Makefile has refused what could be code. */
const kinds = {
  BACKUP: {
    pattern: /^[a-z0-9-]+\/[a-z0-9.-]+$/,
    write: "the backup's namespace and name, as in shop/orders",
  },
  CLAIM: { pattern: /^[a-z0-9-]+\/[a-z0-9.-]+$/, write: "the claim's namespace and name, as in shop/data" },
  FROM: {
    pattern: /^[A-Za-z0-9][\w.:-]*$/,
    write: "a backup's name, as FROM=list says them, or latest",
  },
  REPORT: { pattern: /^[^\p{Cc}$`'"\\;&|<>*?]+$/u, write: "a file's path without signs that a shell reads" },
  SEEDS: { pattern: /^\d+(,\d+)*$/, write: "whole numbers with commas between them, as in 3,7" },
  WHAT: {
    pattern: new RegExp(`^(${rotatingParts.join("|")})$`),
    write: "what is to be rotated: authorities, service-account-key, encryption-key or web-authority",
  },
  UNSAVED: { pattern: /^yes$/, write: "yes, or leave it out" },
} as const;

/** One of these variables. */
export type GivenName = keyof typeof kinds;

/**
 * What a variable holds; undefined where it is empty or not set.
 *
 * @throws Error that says what would be right
 */
export function given(
  name: GivenName,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const value = environment[name];
  if (value === undefined || value === "") return undefined;
  return checkGiven(name, value);
}

/**
 * The same of a value that came another way.
 *
 * @throws Error that says what would be right
 */
export function checkGiven(name: GivenName, value: string): string {
  const { pattern, write } = kinds[name];
  if (!pattern.test(value) || value.split("/").includes("..")) {
    throw new Error(`${name} is ${JSON.stringify(value)}; write ${write}`);
  }
  return value;
}
