import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

/**
 * Runs `work` while this process is the only one that holds the lock `file`.
 *
 * The lock is the kernel's (flock): it goes with the process that holds it, however that ends, so there is no
 * stale lock to clear. The file names the holder, for the message of whoever waits.
 *
 * @param onWait - told the process id of the holder, once, when another process holds the lock
 * @param signal - ends the waiting; default: none does
 * @throws the signal's reason when it fires before the lock is had
 */
export async function withLock<T>(
  file: string,
  onWait: (holder: string) => void,
  work: () => Promise<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  let release = await acquire(file, signal, "--nonblock");
  if (!release) {
    onWait(readFileSync(file, "utf8").trim());
    release = await acquire(file, signal);
  }
  signal.throwIfAborted();
  if (!release) throw new Error(`${file}: cannot be locked; is flock (Debian package util-linux) installed?`);
  try {
    writeFileSync(file, `${process.pid}\n`);
    return await work();
  } finally {
    release();
  }
}

/** The function that releases the lock, or undefined if it could not be had. */
function acquire(file: string, signal: AbortSignal, ...options: string[]): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    // `cat` keeps the lock until its input closes, which the end of this process does too. In a group of its
    // own, it outlives a Ctrl-C for as long as the clean-up of what the lock protects takes.
    const holder = spawn("flock", [...options, file, "sh", "-c", "echo locked; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    const stopWaiting = (): void => {
      holder.kill();
    };
    signal.addEventListener("abort", stopWaiting, { once: true });
    const settle = (release?: () => void): void => {
      signal.removeEventListener("abort", stopWaiting);
      resolve(release);
    };
    holder.stdout.once("data", () => {
      settle(() => holder.stdin.end());
    });
    holder.once("error", () => {
      settle();
    });
    holder.once("exit", () => {
      settle();
    });
  });
}
