import { createHash, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import * as path from "node:path";
import { createInterface } from "node:readline/promises";

import { roleOf } from "../../components/machines/platform";
import { environmentDirectory, settingsOf, stateRoot } from "../environment";
import { regionOf } from "../kept/aws";
import { kubernetesVersions } from "../kubernetes-versions";
import { ownOwner } from "../own-owner";
import type { Deployment } from "../recover/deployment";
import { environmentStack } from "../recover/environment-stack";
import { rotatingResources } from "../rotation/steps";
import { fetchFromBucket } from "./bucket";
import { type OpenBundle, openBundle } from "./bundle";
import { backupsOf, bucketOf } from "./kept-backups";
import { parseSource, type Source } from "./names";
import { recoveryKeyFile } from "./recovery-key";
import { refusal } from "./refusals";
import { stagedRestore, stageRestore, unstageRestore } from "./staged";
import { fetchFromVolume, machinesWithDisks, putSnapshot, removeSnapshot } from "./volume";

/** What somebody who restores says, as they wrote it. */
export interface RestoreRequest {
  readonly environment: string;
  /** As `parseSource` reads it. */
  readonly from: string;
  /** Path of a file with the recovery key; empty for where the backed-up environment's own is kept. */
  readonly key: string;
  /** Whether what is left of the environment may be overwritten without a question. */
  readonly yes: boolean;
}

/**
 * Prepares a restore: the next `up` of the environment makes the cluster that was backed up. Nothing is changed before the
 * bundle is decrypted, and held against everything that can be known.
 *
 * @param say - takes a line for a person
 * @throws Error in one sentence when it cannot be
 */
export async function beginRestore(
  { environment, from, key, yes }: RestoreRequest,
  say: (line: string) => void,
): Promise<void> {
  if (regionOf(settingsOf(environment)) !== undefined) {
    throw new Error(
      `${environment} is on AWS, where a cluster is restored by hand so far: docs/backup.md says how`,
    );
  }
  const source = parseSource(from, environment, process.env.PWD ?? process.cwd());
  const keyFile = path.resolve(
    key || recoveryKeyFile(stateRoot(), source.kind === "kept" ? source.environment : environment),
  );
  const directory = environmentDirectory(environment);
  const folder = await mkdtemp(path.join(directory, "restore-"));
  try {
    const bundle = await fetched(source, folder);
    const open = await openBundle(bundle.file, keyFile, path.join(folder, "open"));
    const deployment = await deploymentOf(environment);
    const disks = await machinesWithDisks(environment);
    const reason = refusal(open.description, {
      environment,
      controlPlanesWithDisks: disks.filter((name) => roleOf(name) === "control-plane"),
      authority: authorityIn(deployment),
      hasKeys: hasKeys(deployment, open.identity.encryptionKeys),
      kubernetesVersion: writtenVersion(environment),
      kubernetesVersions,
    });
    if (reason !== undefined) throw new Error(reason);
    if ((deployment.resources ?? []).length > 0 && !yes) await confirm(environment, open);
    await stage(environment, open, bundle.name, disks);
    say(
      `Restoring ${environment} from ${bundle.name}: ${open.description.keys} keys of ${open.description.environment}, ` +
        `as they were at ${open.description.time}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Forgets what a restore needed; its cluster is there. Says what comes next. */
export async function endRestore(environment: string, say: (line: string) => void): Promise<void> {
  const directory = environmentDirectory(environment);
  const restore = stagedRestore(directory);
  unstageRestore(directory);
  await removeSnapshot(environment);
  say(
    `${environment} is restored${restore === undefined ? "" : ` from ${restore.source}`}. Databases on disks that were lost ` +
      `are empty: make restore ENV=${environment} FROM=list shows their dumps, and make restore brings the latest back`,
  );
}

async function fetched(source: Source, folder: string): Promise<{ name: string; file: string }> {
  if (source.kind === "file") {
    if (!existsSync(source.file)) throw new Error(`FROM is ${source.file}, and there is no such file`);
    return { name: source.file, file: source.file };
  }
  const { environment, name } = source;
  const backups = await backupsOf(environment);
  const found = name === "latest" ? backups.at(-1) : backups.find((each) => each.name === name);
  if (found === undefined) {
    const known = backups.map((each) => each.name).join(", ");
    throw new Error(`${environment} has no backup ${name}; it has ${known === "" ? "none" : known}`);
  }
  const file = path.join(folder, `${found.name}.age`);
  const bucket = await bucketOf(environment);
  await (bucket ? fetchFromBucket(bucket, found.name, file) : fetchFromVolume(environment, found.name, file));
  return { name: `${environment}/${found.name}`, file };
}

async function stage(
  environment: string,
  open: OpenBundle,
  source: string,
  disks: readonly string[],
): Promise<void> {
  const { kubernetesVersion, authority } = open.description;
  const owner = ownOwner(environment);
  if (owner === undefined) {
    throw new Error(
      "the state is in Pulumi's own service, whose owner is not known here: set PULUMI_BACKEND_URL to another backend",
    );
  }
  await putSnapshot({ environment, owner, authority }, open.snapshot, disks);
  stageRestore(environmentDirectory(environment), {
    environment,
    source,
    kubernetesVersion,
    identity: open.identity,
  });
}

/** Asks for the environment's name, where there is somebody to ask. */
async function confirm(environment: string, { description }: OpenBundle): Promise<void> {
  const question = `What is left of ${environment} is replaced by the cluster of ${description.time}.`;
  if (!process.stdin.isTTY) throw new Error(`${question} Run it with YES=1 if that is meant`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} Type ${environment} to go on: `);
  prompt.close();
  if (answer.trim() !== environment) throw new Error("Nothing was changed");
}

/** What the environment's state has; nothing where there is no state. */
async function deploymentOf(environment: string): Promise<Deployment> {
  return (await environmentStack(environment).store.read())?.deployment ?? {};
}

/** SHA-256 of the authority that the state has: components/pki/cluster-identity.ts names it. */
export function authorityIn({ resources = [] }: Deployment): string | undefined {
  const authority = resources.find(({ urn }) => urn.endsWith("-identity-kubernetes-ca"));
  const pem = authority?.outputs?.certificatePem;
  return typeof pem === "string"
    ? createHash("sha256").update(new X509Certificate(pem).raw).digest("hex")
    : undefined;
}

/** Whether a state has keys of these numbers, as far as there is a state. */
export function hasKeys(deployment: Deployment, keys: OpenBundle["identity"]["encryptionKeys"]): boolean {
  const [key] = rotatingResources(deployment, "encryption-key");
  if (key === undefined) return true;
  const { phase, generation } = key;
  const known = { trust: [generation, generation + 1], sign: [generation, generation - 1] };
  const numbers = phase === "trust" || phase === "sign" ? known[phase] : [generation];
  return keys.every((each) => numbers.includes(each.generation));
}

function writtenVersion(environment: string): string | undefined {
  const { kubernetesVersion } = settingsOf(environment);
  return typeof kubernetesVersion === "string" ? kubernetesVersion : undefined;
}
