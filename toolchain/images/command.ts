import { type ChildProcess, spawn } from "node:child_process";

/** How many of a failed command's last lines an error quotes. */
const quotedLines = 25;

/** Bash's `pipefail` tells of a failure at either end; $1 is how many words the first command has. */
const pipeline = 'set -o pipefail; "${@:2:$1}" | "${@:2+$1}"';

/** What runs at the moment. */
const running = new Set<ChildProcess>();

/**
 * Ends the commands that run at the moment, so that they fail and whoever waits for them cleans up.
 *
 * @param signal - default: SIGTERM
 */
export function interruptCommands(signal: NodeJS.Signals = "SIGTERM"): void {
  // Each is the leader of a process group, so that both ends of a pipeline get the signal.
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, signal);
}

/**
 * Runs a command.
 *
 * @param command - program and arguments
 * @param input - another command, whose output becomes this one's input
 * @returns what it printed, without the white space at its end
 * @throws Error with the last lines of its output, if either command fails or is not installed
 */
export async function run(command: readonly string[], input?: readonly string[]): Promise<string> {
  const [program = "", ...args] = input
    ? ["bash", "-c", pipeline, "bash", `${input.length}`, ...input, ...command]
    : command;
  const child = spawn(program, args, { env: process.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  running.add(child);
  let stdout = "";
  let all = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    all += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => (all += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => running.delete(child));
  if (code !== 0) throw new Error(failure(command, code, all));
  return stdout.trimEnd();
}

function failure(command: readonly string[], code: number | null, output: string): string {
  const lines = output.trimEnd().split("\n").slice(-quotedLines);
  return [
    `${command.slice(0, 2).join(" ")} ended with ${code === null ? "a signal" : `code ${code}`}:`,
    ...lines.map((line) => `    ${line}`),
  ].join("\n");
}
