// `pulumi config set` writes into this user's copy of an environment's settings, beside the stack's salt. What it has changed
// there belongs into the file that people commit.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";

import { parse, parseDocument } from "yaml";

/** Where an environment's settings are. */
export interface SettingsFiles {
  /** The file that people write and commit. */
  readonly source: string;
  /** The same with the stack's salt, which Pulumi reads and writes. */
  readonly copy: string;
}

type Config = Readonly<Record<string, unknown>>;

/** The copy as it was written last, without what Pulumi added: what differs from it, Pulumi has changed. */
const writtenFile = ({ copy }: SettingsFiles): string =>
  path.join(path.dirname(copy), "settings-written.yaml");

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/**
 * Takes what Pulumi has changed in the copy over into the source, whose comments stay. Where it has changed nothing, nothing
 * is written.
 * @param report takes a line for each setting
 * @throws Error that names the settings which cannot be taken over: secrets, and what was changed in the source too
 */
export function takeOverChanges(files: SettingsFiles, report: (line: string) => void): void {
  if (!existsSync(files.copy) || !existsSync(writtenFile(files))) return;
  const [before, now] = [configIn(textOf(writtenFile(files))), configIn(textOf(files.copy))];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = keys.filter((key) => !isSame(before[key], now[key]));
  if (changed.length === 0) return;
  const document = parseDocument(textOf(files.source));
  const theirs = configIn(textOf(files.source));
  const missing = changed.filter((key) => !isSame(theirs[key], now[key]));
  const problems = missing.flatMap((key) => problemOf(files, key, { before, now, theirs }));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  for (const key of missing) {
    if (key in now) document.setIn(["config", key], now[key]);
    else document.deleteIn(["config", key]);
    report(`${files.source}: ${key} is ${key in now ? "as" : "gone, as"} \`pulumi config\` was told`);
  }
  if (missing.length > 0) writeFileSync(files.source, document.toString());
}

function problemOf(
  { source, copy }: SettingsFiles,
  key: string,
  { before, now, theirs }: Readonly<Record<"before" | "now" | "theirs", Config>>,
): string[] {
  if (hasSecret(now[key])) {
    return [
      `${key} was set as a secret, which only this user's passphrase opens, and ${source} is for everybody: set it without ` +
        `--secret, or take it out of ${copy}; no setting of Slipway's is one`,
    ];
  }
  if (!isSame(theirs[key], before[key])) {
    return [
      `${key} was changed by \`pulumi config\`, in ${copy}, and in ${source}: give both of them the same value`,
    ];
  }
  return [];
}

/** Writes the settings as the source has them into the copy, where the stack's salt stays. */
export function writeCopy(files: SettingsFiles): void {
  const settings = parseDocument(textOf(files.source));
  writeFileSync(writtenFile(files), settings.toString(), { mode: 0o600 });
  const kept: unknown = parse(textOf(files.copy));
  if (isRecord(kept) && "encryptionsalt" in kept) settings.set("encryptionsalt", kept.encryptionsalt);
  writeFileSync(files.copy, settings.toString(), { mode: 0o600 });
}

/** Pulumi writes a number or a yes or no that is a whole setting as text. */
function isSame(one: unknown, other: unknown): boolean {
  const asText = (value: unknown): unknown =>
    typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  return isDeepStrictEqual(asText(one), asText(other));
}

function configIn(text: string): Config {
  const settings: unknown = parse(text);
  return isRecord(settings) && isRecord(settings.config) ? settings.config : {};
}

/** As Pulumi writes them: `{ secure: v1:… }`, anywhere in a value. */
function hasSecret(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const isSecret = Object.keys(value).join() === "secure" && typeof value.secure === "string";
  return isSecret || Object.values(value).some(hasSecret);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
