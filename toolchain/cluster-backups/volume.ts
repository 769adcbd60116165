import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

import { keptBackups } from "../../components/cluster/backup/cluster-backup";
import { environmentLabel, ownerLabel } from "../../components/machines/belonging";
import { keptVolumeName, roleLabel } from "../../components/machines/docker/labels";
import { besideVolume, hasKeptVolume } from "../kept/volume";
import { linesOf } from "../lines";
import { docker } from "../recover/docker";
import { parsePublicDescription } from "./description";
import type { KeptBackup } from "./lines";

/** One backup after the other, then a line without text, then what the bundles' checksums are. */
const listing = `cd /kept/${keptBackups} 2>/dev/null || exit 0
for each in *.json; do [ ! -e "$each" ] || { echo "$each $(cat "$each")"; }; done
echo
sha256sum -- *.age 2>/dev/null || true`;

/** The backups in an environment's kept volume, the oldest first. Each bundle is read and held against its checksum. */
export async function backupsInVolume(environment: string): Promise<KeptBackup[]> {
  if (!(await hasKeptVolume(environment))) return [];
  return parseListing(await docker(inVolume(environment, ":ro", [], "sh", "-c", listing)));
}

/** @param text as the listing prints it */
export function parseListing(text: string): KeptBackup[] {
  const [described = "", sums = ""] = text.split(/^\n/m);
  const sumOf = new Map(
    linesOf(sums).map((line) => {
      const [sum = "", file = ""] = line.split(/ [ *]/);
      return [file, sum];
    }),
  );
  return linesOf(described).map((line) => {
    const [file = "", ...json] = line.split(" ");
    const name = file.replace(/\.json$/, "");
    try {
      const description = parsePublicDescription(json.join(" "));
      const sum = sumOf.get(`${name}.age`);
      const state = sum === undefined ? "missing" : sum === description.bundle.sha256 ? "whole" : "damaged";
      return { name, description, state };
    } catch {
      return { name, state: "unreadable" };
    }
  });
}

/** Copies a bundle out of the volume. Fails where there is none of the name. */
export async function fetchFromVolume(environment: string, name: string, target: string): Promise<void> {
  const bundle = `/kept/${keptBackups}/${name}.age`;
  const child = spawn("docker", inVolume(environment, ":ro", [], "cat", bundle), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await Promise.all([
    ended(child, `${environment} has no bundle ${name}`),
    pipeline(child.stdout, createWriteStream(target, { mode: 0o600 })),
  ]);
}

/** What a snapshot is for, and who it is put there by. */
export interface Destination {
  readonly environment: string;
  /** As `ownerOf` gives it. */
  readonly owner: string;
  /** SHA-256 of the cluster's authority. */
  readonly authority: string;
}

/**
 * Puts a snapshot where the environment's first control plane looks for one: machine-image/rootfs/usr/lib/slipway/claim-cluster.
 * @param machines names of those that still have their disks
 */
export async function putSnapshot(
  { environment, owner, authority }: Destination,
  snapshot: string,
  machines: readonly string[],
): Promise<void> {
  if (!(await hasKeptVolume(environment))) {
    const labels = [`${environmentLabel}=${environment}`, `${ownerLabel}=${owner}`];
    const options = labels.flatMap((label) => ["--label", label]);
    await docker(["volume", "create", ...options, keptVolumeName(environment)]);
  }
  // The snapshot comes last: with it there is something to restore.
  const script = `set -e; umask 077; cd /kept; rm -rf .restore; mkdir -p "$FOLDER"
printf '%s\\n' "$MACHINES" >"$FOLDER/machines"; cat >"$FOLDER/part"; sync; mv "$FOLDER/part" "$FOLDER/snapshot.db"`;
  const variables = [`FOLDER=.restore/${authority}`, `MACHINES=${machines.join("\n")}`];
  const options = ["--interactive", ...variables.flatMap((variable) => ["--env", variable])];
  const child = spawn("docker", inVolume(environment, "", options, "sh", "-c", script), {
    stdio: ["pipe", "ignore", "pipe"],
  });
  await Promise.all([
    ended(child, "the snapshot cannot be put into the kept volume"),
    pipeline(createReadStream(snapshot), child.stdin),
  ]);
}

/** Takes a snapshot away that nobody is to restore any more. */
export async function removeSnapshot(environment: string): Promise<void> {
  if (await hasKeptVolume(environment))
    await docker(inVolume(environment, "", [], "rm", "-rf", "/kept/.restore"));
}

/** Names of an environment's machines that have a disk, by the volumes that there are. */
export async function machinesWithDisks(environment: string): Promise<string[]> {
  const filters = [`label=${environmentLabel}=${environment}`, `label=${roleLabel}`];
  const options = filters.flatMap((filter) => ["--filter", filter]);
  const names = await docker(["volume", "ls", "--quiet", ...options]);
  return linesOf(names).map((name) => name.replace(`slipway-${environment}-`, ""));
}

function inVolume(
  environment: string,
  mode: "" | ":ro",
  options: readonly string[],
  program: string,
  ...args: string[]
): string[] {
  return besideVolume(`${keptVolumeName(environment)}:/kept${mode}`, options, program, ...args);
}

/** @throws Error with the program's own words when it fails */
function ended(child: ReturnType<typeof spawn>, what: string): Promise<void> {
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${what}: ${errors.trim()}`));
    });
  });
}
