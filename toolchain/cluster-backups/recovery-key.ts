import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

/** What a recovery key's public half looks like: https://age-encryption.org/v1 (X25519), which Debian's `age` knows. */
export const recipientPattern = /^age1[02-9ac-hj-np-z]{58}$/;

const identityPattern = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/m;

/**
 * Where the recovery key of an environment is kept: beside the state, and not in it nor in the environment's own folder, so
 * that it is there when either is lost.
 *
 * @param stateRoot - as `stateRoot` gives it
 */
export function recoveryKeyFile(stateRoot: string, environment: string): string {
  return path.join(stateRoot, "recovery-keys", `${environment}.txt`);
}

/** Makes a recovery key, in the form of `age-keygen`, unless there is one. Gives whether it was made. */
export async function makeRecoveryKey(file: string, environment: string): Promise<boolean> {
  if (existsSync(file)) return false;
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const lines = [
    `# Recovery key of ${environment}, made at ${new Date().toISOString()}. Whoever has this file can read the backups of its`,
    "# cluster, with all keys of it; without it nobody can. Keep a copy where the environment is not.",
    `# public key: ${await identityToRecipient(identity)}`,
    identity,
  ];
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
  return true;
}

/**
 * The private half, out of a file of {@link makeRecoveryKey} or `age-keygen`.
 * @throws Error when there is no such file, or no key in it
 */
export function identityIn(file: string): string {
  if (!existsSync(file)) {
    throw new Error(
      `there is no recovery key in ${file}; say where it is, as in KEY=/media/stick/recovery-key.txt`,
    );
  }
  const [identity] = identityPattern.exec(readFileSync(file, "utf8")) ?? [];
  if (identity === undefined) {
    throw new Error(
      `${file} holds no recovery key; give the file in which a line begins with AGE-SECRET-KEY-1`,
    );
  }
  return identity;
}

/** The public half: who can read what is encrypted to it. Throws likewise. */
export async function recipientOf(file: string): Promise<string> {
  const { identityToRecipient } = await import("age-encryption");
  return await identityToRecipient(identityIn(file));
}
