import { type ChildProcess, execFile, spawn, type StdioOptions } from "node:child_process";
import { promisify } from "node:util";

/** What kubectl prints. Rejects with what it said when it fails. */
export async function kubectl(...args: string[]): Promise<string> {
  const options = { env: process.env, maxBuffer: 2 ** 26 };
  return (await promisify(execFile)("kubectl", args, options)).stdout;
}

/** Starts kubectl. */
export function startKubectl(args: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn("kubectl", args, { env: process.env, stdio });
}

/** Runs kubectl with a text on its standard input. */
export async function kubectlWith(input: string, ...args: string[]): Promise<void> {
  const child = startKubectl(args, ["pipe", "ignore", "inherit"]);
  child.stdin?.end(input);
  if ((await exitCode(child)) !== 0) throw new Error(`kubectl ${args.join(" ")} failed`);
}

/** Has kubectl print to where this program prints. Gives its exit code. */
export async function print(...args: string[]): Promise<number | null> {
  return await exitCode(startKubectl(args, ["ignore", "inherit", "inherit"]));
}

/** Waits for a process to end. */
export function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}
