import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What a command gave. */
export interface CommandResult {
  /** Whether it ended with code 0. */
  ok: boolean;
  /** Its standard output, trimmed. */
  output: string;
  /** Its standard error, trimmed; or why it could not be started. */
  errors: string;
}

/** The machine that Slipway runs on, as far as its set-up changes it. */
export interface Host {
  /** Whether we are root. */
  readonly root: boolean;
  /** Whether it is Debian, or made of Debian's packages. */
  readonly debian: boolean;
  /** Whether systemd runs its services. */
  readonly systemd: boolean;
  /** Whether a program is on PATH. */
  has(program: string): boolean;
  /** Runs a command to its end. */
  run(command: string, ...args: string[]): CommandResult;
  /** Starts a command that outlives this process; its output goes to `log`. Gives whether it still runs. */
  startDaemon(log: string, command: string, ...args: string[]): () => boolean;
  /**
   * Ends a command that `startDaemon` has started with this log, in this process or another, and waits until it is gone.
   *
   * @param pidFile - where it keeps its process' number
   * @returns whether it was one of that log
   */
  endDaemon(log: string, pidFile: string): Promise<boolean>;
  /** A kernel setting, as in `fs.inotify.max_user_watches`; undefined where there is none. */
  sysctl(name: string): number | undefined;
  /** Changes a kernel setting; says whether it could. */
  setSysctl(name: string, value: number): boolean;
}

/** This machine. */
export const thisHost: Host = {
  root: process.getuid?.() === 0,
  debian: existsSync("/etc/debian_version") && existsSync("/usr/bin/apt-get"),
  // https://www.freedesktop.org/software/systemd/man/latest/sd_booted.html
  systemd: existsSync("/run/systemd/system"),
  has: (program) =>
    (process.env.PATH ?? "").split(":").some((folder) => existsSync(path.join(folder, program))),
  run: (command, ...args) => {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      encoding: "utf8",
      env: environment,
    });
    // Where the program is missing, there is no output at all, whatever the types say.
    if (error) return { ok: false, output: "", errors: error.message };
    return { ok: status === 0, output: stdout.trim(), errors: stderr.trim() };
  },
  startDaemon: (log, command, ...args) => {
    mkdirSync(path.dirname(log), { recursive: true });
    const output = openSync(log, "a");
    const daemon = spawn(command, args, { detached: true, stdio: ["ignore", output, output] });
    daemon.unref();
    closeSync(output);
    return () => daemon.exitCode === null && daemon.signalCode === null;
  },
  endDaemon: async (log, pidFile) => {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0;
    const output = `/proc/${pid}/fd/1`;
    if (!existsSync(output) || readlinkSync(output) !== log) return false;
    process.kill(pid, "SIGTERM");
    const start = Date.now();
    while (existsSync(pidFile)) {
      if (Date.now() - start > 60_000) throw new Error(`Process ${pid} does not end; its log: ${log}`);
      await sleep(200);
    }
    return true;
  },
  sysctl: (name) => {
    const file = sysctlFile(name);
    return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
  },
  setSysctl: (name, value) => {
    try {
      writeFileSync(sysctlFile(name), String(value));
      return true;
    } catch {
      return false;
    }
  },
};

function sysctlFile(name: string): string {
  return path.join("/proc/sys", ...name.split("."));
}
