import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";

/** Folders that hold what was made from the files beside them. */
const madeFolders = new Set(["node_modules", "dist"]);

/** Relative paths of the files below a folder, in an order that does not depend on the file system. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some((name) => madeFolders.has(name)))
    .sort();
}

/** 12 hexadecimal digits that stand for a value: the same value, the same digits, on every machine. */
export function keyOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}

/** Everything of a file that what is made of it depends on. Git keeps of its mode only whether it can be executed. */
export function describeFile(folder: string, file: string): unknown[] {
  const absolute = path.join(folder, file);
  const executable = (statSync(absolute).mode & 0o100) !== 0;
  return [file, executable, createHash("sha256").update(readFileSync(absolute)).digest("hex")];
}

/** Key of a folder's content, and of what else decides what is made of it. */
export function contentKey(folder: string, ...others: readonly string[]): string {
  return keyOf([filesBelow(folder).map((file) => describeFile(folder, file)), others]);
}
