import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
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

/**
 * Copies the repository as it was at a commit.
 * @returns the folder, which the caller removes; undefined where the clone does not have the commit
 */
export function copyOfCommit(commit: string): string | undefined {
  const git = { cwd: repository, maxBuffer: 2 ** 28 };
  try {
    execFileSync("git", ["cat-file", "-e", `${commit}^{commit}`], { ...git, stdio: "ignore" });
  } catch {
    return undefined;
  }
  const copy = mkdtempSync(path.join(tmpdir(), "slipway-old-"));
  execFileSync("tar", ["-x", "-C", copy], { input: execFileSync("git", ["archive", commit], git) });
  symlinkSync(path.join(repository, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}

/**
 * Edits a file of a copy, as somebody does who works on it.
 * @throws Error when the edit changes nothing: then what follows would test nothing
 */
export function edit(copy: string, file: string, change: (text: string) => string): void {
  const absolute = path.join(copy, file);
  const before = readFileSync(absolute, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} is the same after the edit`);
  writeFileSync(absolute, after);
}

/** A file that the image of the machines has as it is in the repository. */
const imageFile = "machine-image/rootfs/etc/sysctl.d/90-kubernetes.conf";

/** Where machines have it. */
export const imageFileInMachine = "/etc/sysctl.d/90-kubernetes.conf";

/** Changes the image of the machines by a comment in one of its files: another content, another image. */
export function changeMachineImage(copy: string, comment: string): void {
  edit(
    copy,
    imageFile,
    (text) => `${text.replace(/^# changed by a test: .*\n/m, "")}# changed by a test: ${comment}\n`,
  );
}

/** Makes the API servers keep their audit logs for other than 30 days. */
export function changeApiServerArgument(copy: string, days: number): void {
  edit(copy, "components/bootstrap/kubeadm.ts", (text) =>
    text.replace(/"audit-log-maxage": "\d+"/, `"audit-log-maxage": "${days}"`),
  );
}
