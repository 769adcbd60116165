import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { FetchedSecrets, MachineFile } from "../../bootstrap";

const scriptPath = "/usr/local/sbin/slipway-fetch-secrets";
const script = readFileSync(join(__dirname, "files", "fetch-secrets.py"), "utf8");

/** Secrets Manager's limit for a secret's value: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const maxSecretBytes = 65_536;

/**
 * How machines' secret files come out of Secrets Manager: each machine's out of the secret `PREFIX/MACHINE`.
 * @param prefix such as `slipway/prod`.
 * @param endpoint of Secrets Manager; default: the one of the machine's region.
 */
export function fetchedFromSecretsManager(prefix: string, endpoint?: string): FetchedSecrets {
  const settings = { SECRETS: prefix, ...(endpoint === undefined ? {} : { ENDPOINT: endpoint }) };
  const lines = Object.entries(settings).map(([key, value]) => `${key}='${value}'\n`);
  return {
    files: [
      { path: scriptPath, content: script, permissions: "0755" },
      { path: "/etc/slipway/secrets.env", content: lines.join("") },
    ],
    command: [scriptPath],
  };
}

/**
 * The value of the secret that a machine fetches its files from.
 * @throws Error when it is longer than Secrets Manager takes; says whose it is, and how long.
 */
export function secretDocument(machineName: string, files: readonly MachineFile[]): string {
  const document = JSON.stringify(files);
  const length = Buffer.byteLength(document);
  if (length > maxSecretBytes) {
    throw new Error(
      `the secret files of ${machineName} are ${length} bytes; Secrets Manager takes at most ${maxSecretBytes}`,
    );
  }
  return document;
}
