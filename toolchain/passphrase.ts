// Gives an environment's state another passphrase: `npx tsx toolchain/passphrase.ts dev`. One that was cut off is ended.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import * as path from "node:path";

import { failCommand } from "./command";
import {
  currentPassphraseFile,
  environmentDirectory,
  hasOwnBackend,
  makePassphrase,
  ownPassphrase,
  pulumiEnvironment,
  stateRoot,
} from "./environment";
import { anyEngineLives } from "./recover/lives";

/** Runs pulumi on the environment's stack with a passphrase's file; gives what it complained of, undefined where it succeeded. */
type Pulumi = (passphrase: string, args: readonly string[], input?: string) => string | undefined;

/** @throws Error in one sentence; the state has either passphrase then, and the next call goes on */
function changePassphrase(name: string, directory: string, pulumi: Pulumi): void {
  const next = path.join(directory, ownPassphrase.next);
  const current = currentPassphraseFile(stateRoot(), directory);
  const opens = (passphrase: string): boolean =>
    pulumi(passphrase, ["stack", "export", "--show-secrets"]) === undefined;
  if (!existsSync(next) || !opens(next)) {
    rmSync(next, { force: true });
    if (!opens(current)) {
      throw new Error(`The passphrase in ${current} does not open the state of ${name}: nothing was changed`);
    }
    makePassphrase(next);
    const problem = pulumi(
      current,
      ["stack", "change-secrets-provider", "passphrase"],
      `${readFileSync(next, "utf8")}\n`,
    );
    if (problem !== undefined) throw new Error(`The passphrase of ${name} was not changed: ${problem}`);
    if (!opens(next))
      throw new Error(`The state of ${name} does not open with its new passphrase in ${next}`);
  }
  renameSync(next, path.join(directory, ownPassphrase.current));
}

function main(): void {
  const [name = "dev"] = process.argv.slice(2);
  if (hasOwnBackend(process.env)) {
    throw new Error(
      "The state is in a backend of your own, and so is what encrypts its secrets: pulumi stack change-secrets-provider changes it",
    );
  }
  const directory = environmentDirectory(name);
  if (!existsSync(directory))
    throw new Error(`There is no environment ${name}; make up ENV=${name} makes it`);
  if (anyEngineLives(directory))
    throw new Error(`Another run of ${name} goes on: wait for it, and run this again`);
  // Also where a change was cut off: which passphrase counts is found out here.
  const variables = pulumiEnvironment(name, process.env, currentPassphraseFile);
  changePassphrase(name, directory, (passphrase, args, input) => {
    const env = { ...process.env, ...variables, PULUMI_CONFIG_PASSPHRASE_FILE: passphrase };
    const { status, stderr } = spawnSync("pulumi", ["-C", directory, ...args, "-s", name], {
      ...{ env, input: input ?? "", encoding: "utf8", maxBuffer: 2 ** 30 },
    });
    return status === 0 ? undefined : stderr.trim();
  });
  const file = path.join(directory, ownPassphrase.current);
  console.log(`The state of ${name} has a new passphrase, in ${file}`);
}

try {
  main();
} catch (error) {
  failCommand(error);
}
