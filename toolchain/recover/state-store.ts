import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

import { parse } from "yaml";

import { type Deployment, isRecord, parseDeployment } from "./deployment";

const run = promisify(execFile);

/** A state as it is read and written: the deployment in the envelope that says its format. */
export interface StoredState {
  readonly version: number;
  readonly features?: unknown;
  readonly deployment: Deployment;
}

/** Where a stack's state is kept. */
export interface StateStore {
  /** Folder of the stack's locks; undefined where the backend is not on this machine and no lock can be seen. */
  readonly locks: string | undefined;
  /** For messages. */
  readonly url: string;
  /** Undefined when there is no such stack. */
  read(): Promise<StoredState | undefined>;
  /** The same with every secret in clear: to be held in memory, and never written or printed. */
  readWithSecrets(): Promise<StoredState>;
  /** Checked and written by Pulumi, which also keeps what was there before. Fails while another run has the lock. */
  write(state: StoredState): Promise<void>;
  /**
   * Writes a state where only a preview reads it.
   *
   * @returns the URL of the backend with it
   */
  writeForPreview(state: StoredState, folder: string): string;
  /** Removes what writes that were killed left beside the state. No run may live. */
  removeHalfWritten(): void;
}

/**
 * The store of an environment's stack.
 *
 * @param environment - variables that `pulumi` is called with
 * @param project - folder of the stack's Pulumi.yaml
 * @throws Error when `PULUMI_BACKEND_URL` is not set
 */
export function stateStore(stack: string, environment: NodeJS.ProcessEnv, project: string): StateStore {
  const { PULUMI_BACKEND_URL: url = "" } = environment;
  if (url === "") throw new Error("PULUMI_BACKEND_URL is not set: there is no state to look at");
  const root = localRoot(url);
  const name = projectName(project);
  const stackFile = root && path.join(root, ".pulumi", "stacks", name, `${stack}.json`);
  const locks = root && path.join(root, ".pulumi", "locks", "organization", name, stack);
  const pulumi = async (...args: string[]): Promise<string> => {
    const { stdout } = await run("pulumi", ["-C", project, "stack", ...args, "-s", stack], {
      env: environment,
      maxBuffer: 2 ** 30,
    });
    return stdout;
  };
  const exported = async (...options: string[]): Promise<StoredState> =>
    parseState(JSON.parse(await pulumi("export", ...options)), `the exported state of ${stack}`);
  return {
    locks,
    url,
    read: async () => {
      if (stackFile === undefined) return await exported().catch(undefinedWithoutStack);
      // Without the engine, which takes most of a second to start; a compressed state only it can read.
      if (existsSync(stackFile)) return parseCheckpoint(readFileSync(stackFile, "utf8"), stackFile);
      return [".gz", ".zst"].some((ending) => existsSync(stackFile + ending)) ? await exported() : undefined;
    },
    readWithSecrets: () => exported("--show-secrets"),
    write: (state) =>
      pipe("pulumi", ["-C", project, "stack", "import", "-s", stack], JSON.stringify(state), environment),
    writeForPreview: (state, folder) => {
      const file = path.join(folder, ".pulumi", "stacks", name, `${stack}.json`);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      // The layout with projects, which is the only one that is written since Pulumi 3.61.
      writeFileSync(path.join(folder, ".pulumi", "meta.yaml"), "version: 1\n");
      const { version, features, deployment } = state;
      const checkpoint = { stack: `organization/${name}/${stack}`, latest: deployment };
      writeFileSync(file, JSON.stringify({ version, features, checkpoint }), { mode: 0o600 });
      return `file://${folder}`;
    },
    removeHalfWritten: () => {
      if (stackFile === undefined || locks === undefined) return;
      for (const file of [
        ...halfWritten(path.dirname(stackFile), `${stack}.json`),
        ...halfWritten(locks, ""),
      ]) {
        rmSync(file, { force: true });
      }
    },
  };
}

function undefinedWithoutStack(error: unknown): undefined {
  if (String(error).includes("no stack named")) return undefined;
  throw error;
}

/**
 * Files that a killed write left: the file backend writes beside the final place and renames.
 * https://github.com/google/go-cloud/blob/master/blob/fileblob/fileblob.go (createTemp)
 */
function halfWritten(folder: string, beginning: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(beginning))
    .map((name) => path.join(folder, name))
    .filter((file) => /\.[0-9a-f]+\.tmp$/.test(file) || (file.endsWith(".attrs") && !holdsJson(file)));
}

/** Attributes are written in place, before the file: with half of them the backend fails on the file, without it does not. */
function holdsJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}

/** The folder of a backend on this machine; undefined for any other. */
function localRoot(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const folder = url.slice("file://".length).replace(/\?.*$/, "");
  return folder.startsWith("~") ? path.join(process.env.HOME ?? "", folder.slice(1)) : path.resolve(folder);
}

function projectName(folder: string): string {
  const project: unknown = parse(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8"));
  if (!isRecord(project) || typeof project.name !== "string")
    throw new Error(`${folder}/Pulumi.yaml has no name`);
  return project.name;
}

function parseState(value: unknown, source: string): StoredState {
  if (!isRecord(value) || typeof value.version !== "number") throw new Error(`${source} has no version`);
  const { version, features, deployment } = value;
  return { version, features, deployment: parseDeployment(deployment, source) };
}

/** A file of the file backend. A stack that was only made has no deployment yet. */
function parseCheckpoint(text: string, file: string): StoredState {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || !isRecord(value.checkpoint)) throw new Error(`${file} holds no checkpoint`);
  const { version, features, checkpoint } = value;
  return parseState({ version, features, deployment: checkpoint.latest ?? {} }, file);
}

/** Runs a command with a text on its standard input. */
function pipe(
  command: string,
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["pipe", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.slice(2, 4).join(" ")}: ${errors.trim()}`));
    });
    child.stdin.end(input);
  });
}
