// Prints what a shell must export to use the toolchain by hand: `eval "$(npx tsx toolchain/environment.ts dev)"`.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

import { parse } from "yaml";

import { cacheRoot } from "./cache";
import { recoveryKeyFile } from "./cluster-backups/recovery-key";
import { adoptedOwner } from "./owner";
import { assemblePulumiHome, pulumiHome } from "./pulumi-home";
import { failCommand } from "./command";
import { type SettingsFiles, takeOverChanges, writeCopy } from "./stack-settings";

/** An environment's settings, without their namespace, as somebody wrote them. */
export type Settings = Readonly<Record<string, unknown>>;

const repository = path.join(__dirname, "..");

/** What stands before the name of each of the project's settings: the project's own name. */
const namespace = "slipway:";

/** Where what belongs to this user's environments is kept: `$SLIPWAY_STATE`, else `slipway` in the user's state folder. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const { SLIPWAY_STATE: own, XDG_STATE_HOME: xdg } = environment;
  if (own) return path.resolve(own);
  return path.join(xdg ? path.resolve(xdg) : path.join(homedir(), ".local", "state"), "slipway");
}

/**
 * Files of an environment's own passphrase, in its folder: what encrypts the secrets in its state since its passphrase was
 * changed, and the next one while that goes on. `make passphrase` writes them.
 */
export const ownPassphrase = { current: "passphrase", next: "passphrase.next" } as const;

/** A random passphrase in a file for its user alone, where there is none. */
export function makePassphrase(file: string): void {
  if (existsSync(file)) return;
  writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
}

/**
 * The file with the passphrase that encrypts the secrets in an environment's state: its own, or that of all this user's local
 * states, which is made once.
 * @throws Error while it is being changed, as nobody knows then which one counts
 */
function passphraseFile(root: string, directory: string, name: string): string {
  if (existsSync(path.join(directory, ownPassphrase.next))) {
    throw new Error(`A change of the passphrase of ${name} was cut off: make passphrase ENV=${name} ends it`);
  }
  return currentPassphraseFile(root, directory);
}

/** The same, whether it is being changed or not. */
export function currentPassphraseFile(root: string, directory: string): string {
  const own = path.join(directory, ownPassphrase.current);
  if (existsSync(own)) return own;
  const file = path.join(root, "passphrase");
  makePassphrase(file);
  return file;
}

/**
 * The environment's settings, and a copy of this user's. Pulumi writes a salt into the file that it reads, and the salt
 * belongs to this user's passphrase: in the committed file it would be wrong for everybody else.
 */
function settingsFiles(name: string, environment: NodeJS.ProcessEnv): SettingsFiles {
  const copy = path.join(environmentDirectory(name, environment), `Pulumi.${name}.yaml`);
  return { source: settingsFile(name, environment), copy };
}

function configFile(directory: string, files: SettingsFiles): string {
  takeOverChanges(files, console.error);
  writeCopy(files);
  // A project of the same name, so that `pulumi -C` can make the stack here and write its salt beside.
  writeFileSync(path.join(directory, "Pulumi.yaml"), "name: slipway\nruntime: nodejs\n");
  return files.copy;
}

/** The file with an environment's settings: `$SLIPWAY_CONFIG`, else the one that Pulumi reads for a stack of this name. */
export function settingsFile(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  return environment.SLIPWAY_CONFIG ?? path.join(repository, `Pulumi.${name}.yaml`);
}

/**
 * What an environment's file says, without the project's namespace before each name. Nothing is checked but that it is
 * YAML; there need not be a file.
 *
 * @throws Error when it is no YAML, or the name is none of an environment
 */
export function settingsOf(name: string, environment: NodeJS.ProcessEnv = process.env): Settings {
  checkName(name);
  const file = settingsFile(name, environment);
  if (!hasOwnBackend(environment)) takeOverChanges(settingsFiles(name, environment), console.error);
  if (!existsSync(file)) return {};
  const settings = parsed(file);
  const config = isRecord(settings) && isRecord(settings.config) ? settings.config : {};
  const own = Object.entries(config).filter(([key]) => key.startsWith(namespace));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(namespace.length), value]));
}

function parsed(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} is no YAML: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether the user has set a state backend. The local one may be set, too, in a shell that took over what we print. */
export function hasOwnBackend(environment: NodeJS.ProcessEnv): boolean {
  const { PULUMI_BACKEND_URL: url } = environment;
  return url !== undefined && url !== "" && url !== localUrl(environment);
}

/** URL of the state backend: the user's own, or the local one. */
export function backendUrl(environment: NodeJS.ProcessEnv = process.env): string {
  const { PULUMI_BACKEND_URL: url } = environment;
  return url === undefined || url === "" ? localUrl(environment) : url;
}

function localUrl(environment: NodeJS.ProcessEnv): string {
  return `file://${path.join(stateRoot(environment), "pulumi")}`;
}

/** A state backend on this machine; where the user has set another one, that one and its own settings are used. */
function localBackend(
  name: string,
  directory: string,
  environment: NodeJS.ProcessEnv,
  passphraseOf: typeof passphraseFile,
): Record<string, string> {
  if (hasOwnBackend(environment)) return {};
  const root = stateRoot(environment);
  mkdirSync(path.join(root, "pulumi"), { recursive: true, mode: 0o700 });
  return {
    PULUMI_BACKEND_URL: localUrl(environment),
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseOf(root, directory, name),
    PULUMI_OPTION_CONFIG_FILE: configFile(directory, settingsFiles(name, environment)),
    // Where `up` makes one: a state that others share has to have one that others know.
    SLIPWAY_RECOVERY_KEY: recoveryKeyFile(root, name),
  };
}

/** @throws Error when it could not be a folder's name too */
export function checkName(name: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new Error(
      `ENV is "${name}"; write an environment's name: lower-case letters, digits and "-", as in dev`,
    );
  }
}

/** The environment's own folder, which goes when it is taken down. */
export function environmentDirectory(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  checkName(name);
  return path.join(stateRoot(environment), "environments", name);
}

/**
 * The variables that `pulumi` needs for an environment, by name.
 * @param passphraseOf finds the file with the passphrase; default: {@link passphraseFile}, which refuses one that is being changed
 */
export function pulumiEnvironment(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
  passphraseOf = passphraseFile,
): Record<string, string> {
  checkName(name);
  const directory = environmentDirectory(name, environment);
  const temporary = path.join(directory, "tmp");
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const home = pulumiHome();
  return {
    ...localBackend(name, directory, environment, passphraseOf),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // `make lint` checks the types; to check them at every run would only make it slow.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    // What the TypeScript of a program became, by its content. By default it is below TMPDIR, and so made anew for each
    // environment: 1.3 s of a processor.
    TS_NODE_CACHE_DIRECTORY: path.join(cacheRoot(environment), "ts-node"),
    // Nearly all of the work is waiting: the default, four for each processor, would leave machines waiting too.
    PULUMI_PARALLEL: "64",
    // Whose it is, where its state was moved here.
    SLIPWAY_OWNER: adoptedOwner(stateRoot(environment), name) ?? "",
    // For this environment alone: its configuration with the stack's salt, and its kubeconfig.
    SLIPWAY_ENVIRONMENT_DIRECTORY: directory,
    // Where Pulumi writes what it adds to the settings: beside the committed ones only for a backend of the user's own.
    SLIPWAY_STACK_DIRECTORY: hasOwnBackend(environment) ? repository : directory,
    // A field that somebody else has set is overwritten: without it an update stops with "Apply failed with 1 conflict". Of a
    // restored cluster's objects that is the run that made them.
    PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
    // AWS' packages would say in each run that their versions of next year want a newer Node.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    // The Kubernetes plugin leaves kubeconfigs behind in it.
    TMPDIR: temporary,
    PATH: `${path.join(home, "bin")}:${environment.PATH ?? ""}`,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** As a shell reads one word. */
export const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** PULUMI_HOME's name says which parts there are, and another run may have built more of them since `make setup`. */
function assembleAgain(): void {
  try {
    assemblePulumiHome();
  } catch {
    // Nothing is built yet: whoever calls pulumi will see that there is none.
  }
}

if (require.main === module) {
  const [name = "dev"] = process.argv.slice(2);
  try {
    assembleAgain();
    for (const [key, value] of Object.entries(pulumiEnvironment(name))) {
      console.log(`export ${key}=${quoted(value)}`);
    }
  } catch (error) {
    failCommand(error);
  }
}
