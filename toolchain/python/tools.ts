// Installs the Python programs that tests of AWS use into the cache: `npx tsx toolchain/python/tools.ts`. The last line
// printed is their folder.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import * as path from "node:path";

import { cacheRoot } from "../cache";
import { keyOf } from "../content-key";
import { withLock } from "../lock";
import { failCommand } from "../command";

const requirements = path.join(__dirname, "requirements.txt");

/** The Python that the requirements were resolved for is the oldest one that does. */
const oldest = [3, 11] as const;

/** The interpreter that has them, when {@link installPythonTools} has been there. */
export function pythonWithTools(): string {
  return path.join(folder(), "bin", "python");
}

function folder(): string {
  return path.join(cacheRoot(), "python", keyOf([readFileSync(requirements, "utf8"), process.arch]));
}

/**
 * Makes a virtual environment with exactly what requirements.txt names, each file checked against the checksum there, if
 * it is not there already.
 *
 * @param say - takes each line of progress
 * @throws Error when there is no Python, or an old one, or something cannot be fetched
 */
export async function installPythonTools(say: (line: string) => void = console.log): Promise<string> {
  const target = folder();
  await withLock(
    path.join(cacheRoot(), "python", "lock"),
    (holder) => {
      say(`python: waiting for process ${holder}, which installs`);
    },
    () => {
      if (!existsSync(target)) install(target, say);
      return Promise.resolve();
    },
  );
  return target;
}

function install(target: string, say: (line: string) => void): void {
  checkPython(pythonVersion());
  say("python: installing moto and the linter of IAM policies");
  const scratch = `${target}.installing`;
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(path.dirname(target), { recursive: true });
  execFileSync("python3", ["-m", "venv", scratch]);
  const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"];
  execFileSync(
    path.join(scratch, "bin", "python"),
    [...pip, "--require-hashes", "--no-deps", "--only-binary=:all:", "-r", requirements],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  // The interpreter finds its packages beside itself, so it may move; only the starters beside it may not.
  renameSync(scratch, target);
}

function pythonVersion(): string | undefined {
  try {
    return execFileSync("python3", ["--version"], { encoding: "utf8" });
  } catch {
    return undefined;
  }
}

/**
 * @param version - what `python3 --version` prints, or undefined if there is none
 * @throws Error when it is missing or too old
 */
export function checkPython(version: string | undefined): void {
  const wanted = `The tests of AWS need Python ${oldest.join(".")} or later with its venv module`;
  if (version === undefined) throw new Error(`${wanted}; there is no python3 on PATH.`);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === oldest[0] && Number(minor) >= oldest[1]) return;
  throw new Error(`${wanted}; python3 is ${version.trim()}.`);
}

if (require.main === module) {
  installPythonTools().then(console.log, failCommand);
}
