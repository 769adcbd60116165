// Lays out a mirror of the releases: every address of theirs as a file, with the checksums that belong to it.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { create } from "tar";

import type { ImageOrigin, Origin, Release } from "../../toolchain/release/releases";

/** Gives the path of the file that stands in for a program. */
export type Program = (part: string, name: string) => string;

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Where an official address is in a mirror. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return path.join(host, pathname);
}

/** Writes a mirror of all these releases into a folder. */
export function writeMirror(
  root: string,
  releases: Readonly<Partial<Record<string, Release>>>,
  architecture: string,
  program: Program,
): void {
  const trees = new Map<string, string>();
  const sums: { checksum: string; url: string }[] = [];
  for (const [part, release] of Object.entries(releases)) {
    for (const origin of release?.origins ?? []) {
      if (origin.kind === "image") {
        writeImage(root, origin, architecture, (name) => program(part, name));
        continue;
      }
      if (origin.kind === "file") copy(program(part, origin.as), path.join(root, placeOf(origin.url)));
      else addToTree(trees, origin, (name) => program(part, name));
      sums.push(origin);
    }
  }
  // Several parts may be out of one archive.
  for (const [url, tree] of trees) {
    const file = path.join(root, placeOf(url));
    mkdirSync(path.dirname(file), { recursive: true });
    create({ file, cwd: tree, gzip: { level: 1 }, sync: true }, ["."]);
    rmSync(tree, { recursive: true });
  }
  for (const { checksum, url } of sums) addSum(root, checksum, url);
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { dereference: true });
}

function addToTree(
  trees: Map<string, string>,
  origin: Extract<Origin, { kind: "archive" }>,
  program: (name: string) => string,
): void {
  const tree = trees.get(origin.url) ?? mkdtempSync(path.join(tmpdir(), "slipway-mirror-"));
  trees.set(origin.url, tree);
  for (const [name, member] of Object.entries(origin.members)) copy(program(name), path.join(tree, member));
}

/** Beside a file a checksum stands alone; in a list each has its file's name. */
function addSum(root: string, checksum: string, url: string): void {
  const file = path.join(root, placeOf(checksum));
  const hash = sha256(readFileSync(path.join(root, placeOf(url))));
  const name = path.posix.basename(url);
  const beside = checksum.startsWith(url);
  const before = existsSync(file) && !beside ? readFileSync(file, "utf8") : "";
  mkdirSync(path.dirname(file), { recursive: true });
  const line = `${hash}  ${name}\n`;
  if (!before.includes(line)) writeFileSync(file, beside ? `${hash}\n` : `${before}${line}`);
}

/** An image for this architecture and another one, each of two layers, of which the upper one has the programs. */
export function writeImage(
  root: string,
  origin: ImageOrigin,
  architecture: string,
  program: (name: string) => string,
): void {
  const base = path.join(root, origin.registry, "v2", origin.repository);
  const tree = mkdtempSync(path.join(tmpdir(), "slipway-layer-"));
  writeFileSync(path.join(tree, "os-release"), "ID=test\n");
  const layers = [blob(base, tarOf(tree, ["os-release"]))];
  const members = Object.entries(origin.members);
  for (const [name, member] of members) copy(program(name), path.join(tree, member));
  layers.push(
    blob(
      base,
      tarOf(
        tree,
        members.map(([, member]) => member),
      ),
    ),
  );
  rmSync(tree, { recursive: true });

  const image = manifest(base, { schemaVersion: 2, layers: layers.map((digest) => ({ digest })) });
  const other = manifest(base, { schemaVersion: 2, layers: [] });
  const manifests = [
    { digest: other, platform: { os: "linux", architecture: "s390x" } },
    { digest: image, platform: { os: "linux", architecture } },
  ];
  manifest(base, { schemaVersion: 2, manifests }, origin.tag);
  const api = path.join(root, origin.registry, "v2", "index.html");
  mkdirSync(path.dirname(api), { recursive: true });
  writeFileSync(api, "{}");
}

function tarOf(folder: string, members: string[]): Buffer {
  const file = path.join(folder, "layer.tar");
  create({ file, cwd: folder, gzip: true, sync: true, portable: true }, members);
  const content = readFileSync(file);
  rmSync(file);
  return content;
}

/** Writes a blob; gives its digest. */
export function blob(base: string, content: Buffer): string {
  const digest = `sha256:${sha256(content)}`;
  mkdirSync(path.join(base, "blobs"), { recursive: true });
  writeFileSync(path.join(base, "blobs", digest), content);
  return digest;
}

/** Writes a manifest under its digest, and a tag; gives the digest. */
export function manifest(base: string, content: object, tag?: string): string {
  const text = Buffer.from(JSON.stringify(content));
  const digest = `sha256:${sha256(text)}`;
  const folder = path.join(base, "manifests");
  mkdirSync(folder, { recursive: true });
  for (const reference of [digest, ...(tag === undefined ? [] : [tag])])
    writeFileSync(path.join(folder, reference), text);
  return digest;
}
