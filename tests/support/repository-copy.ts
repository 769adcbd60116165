import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const repository = path.join(__dirname, "..", "..");

/**
 * Copies the repository into a new folder, as somebody has it who works on it, without what was made from it.
 * @returns the folder, which the caller removes
 */
export function copyRepository(): string {
  const copy = mkdtempSync(path.join(tmpdir(), "slipway-copy-"));
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const files = execFileSync("git", list, { cwd: repository, encoding: "utf8" }).split("\0");
  for (const file of files.filter((name) => name !== "")) {
    cpSync(path.join(repository, file), path.join(copy, file));
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}
