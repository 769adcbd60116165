import { spawn } from "node:child_process";
import { appendFileSync, closeSync, openSync } from "node:fs";

import { goEnvironment } from "./cache";

/** What a command took. */
export interface Usage {
  /** CPU time of the command and all its children, in seconds. */
  cpuSeconds: number;
  /** Time that passed, in seconds. */
  wallSeconds: number;
}

/** How to run a Go command. */
export interface GoOptions {
  /** Folder of the Go module. */
  directory: string;
  /** File to which the command's messages are appended. */
  log: string;
  /** Ends the command, with all its children, when it fires. */
  signal: AbortSignal;
}

/** What a command gave. */
export interface GoResult extends Usage {
  /** What it printed on its standard output. */
  stdout: string;
}

/**
 * Bash's `time` is the one way to a child's CPU time that needs no package. Its figures go to fd 3, and the
 * command's messages to fd 4, so that the two stay apart.
 */
const timed = 'TIMEFORMAT="%U %S %R"; { time "$@" 2>&4; } 2>&3';

/**
 * Runs `go` with the environment of every build.
 *
 * @throws Error when go fails, is ended by a signal, or by `options.signal`
 */
export async function runGo(args: readonly string[], options: GoOptions): Promise<GoResult> {
  options.signal.throwIfAborted();
  const log = openSync(options.log, "a");
  // A process group of its own, so that the compilers that go started can be ended with it.
  const child = spawn("bash", ["-c", timed, "bash", "go", ...args], {
    cwd: options.directory,
    env: { ...process.env, ...goEnvironment },
    stdio: ["ignore", "pipe", log, "pipe", log],
    detached: true,
  });
  closeSync(log);
  const endGroup = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  };
  options.signal.addEventListener("abort", endGroup, { once: true });
  let stdout = "";
  let times = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdio[3]?.on("data", (chunk: Buffer) => (times += chunk.toString()));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    options.signal.throwIfAborted();
    if (code !== 0) {
      appendFileSync(options.log, stdout);
      throw new Error(`go ${args[0] ?? ""} ended with ${code === null ? "a signal" : `code ${code}`}`);
    }
  } finally {
    options.signal.removeEventListener("abort", endGroup);
  }
  const [user = 0, system = 0, wall = 0] = times.trim().split(" ").map(Number);
  return { stdout, cpuSeconds: user + system, wallSeconds: wall };
}
