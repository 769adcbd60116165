import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = path.join(__dirname, "..", "..");

/** The last line that a target of the Makefile prints. */
export async function make(target: string): Promise<string> {
  const { stdout } = await run("make", ["--silent", "--no-print-directory", "-C", repository, target]);
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}

/** A project of somebody who uses the package: one of examples/, somewhere else, with what its README installs. */
export class PackageConsumer {
  readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-consumer-"));

  constructor(example: string) {
    const ours = path.join(repository, "examples", example);
    // Whoever tried the example in place has what belongs to them there.
    cpSync(ours, this.folder, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
  }

  /** Installs the package from its tarball, and everything else from the registry. */
  async install(tarball: string): Promise<void> {
    const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    await this.run("npm", "install", ...quiet, tarball);
  }

  /** A command in its folder; throws with all its output when it fails. */
  async run(command: string, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await run(command, args, { cwd: this.folder, maxBuffer: 64 * 2 ** 20 });
      return stdout;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`, { cause: error });
    }
  }

  remove(): void {
    if (!process.env.KEEP) rmSync(this.folder, { recursive: true });
  }
}
