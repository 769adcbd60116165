import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { uptime } from "node:os";
import * as path from "node:path";

/** A process of this machine. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** When it started, in milliseconds since 1970, to a hundredth of a second or so. */
  readonly startedAt: number;
  /** Path of its program; undefined where we may not look. */
  readonly executable: string | undefined;
  readonly command: readonly string[];
  /** The environment that it was started for; undefined for none, and where we may not look. */
  readonly environmentDirectory: string | undefined;
}

/** Of a second; what `times` in /proc are counted in on every architecture: proc(5). */
const ticksPerSecond = 100;

/** All processes that this one may see. */
export function runningProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const seen = readProcess(Number(entry));
      return seen ? [seen] : [];
    });
}

/** A process by its id; undefined when there is none. */
export function readProcess(pid: number): Process | undefined {
  const stat = read(pid, "stat");
  if (stat === undefined) return undefined;
  // The name in parentheses may hold spaces and parentheses itself.
  const [state = "", parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Dead, and only not yet waited for by its parent.
  if (state === "Z" || state === "X") return undefined;
  const ageSeconds = uptime() - Number(rest[17]) / ticksPerSecond;
  return {
    pid,
    parent: Number(parent),
    startedAt: Date.now() - ageSeconds * 1000,
    executable: executableOf(pid),
    command: (read(pid, "cmdline") ?? "").split("\0").filter((word) => word !== ""),
    environmentDirectory: variable(read(pid, "environ") ?? "", "SLIPWAY_ENVIRONMENT_DIRECTORY"),
  };
}

/** Whether it is Pulumi's engine. */
export function isEngine({ executable = "" }: Process): boolean {
  return path.basename(executable) === "pulumi";
}

/** Whether it is something that an engine starts: a plugin, a language host, or a program that a host runs. */
export function isEnginesHelper({ executable = "", command }: Process): boolean {
  const runsProgram = command.some((word) => /[/]@pulumi[/]pulumi[/](bin[/])?cmd[/]/.test(word));
  return path.basename(executable).startsWith("pulumi-") || runsProgram;
}

/**
 * What killed engines of an environment left running: their plugins, hosts and programs, none of which has a living
 * engine above it. Anything else that was started with the environment's variables (a shell, an editor) is not.
 */
export function orphans(processes: readonly Process[], environmentDirectory: string): Process[] {
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const hasEngine = ({ parent }: Process): boolean => {
    const above = byPid.get(parent);
    return above !== undefined && (isEngine(above) || hasEngine(above));
  };
  return processes.filter(
    (each) =>
      each.environmentDirectory === environmentDirectory &&
      !isEngine(each) &&
      isEnginesHelper(each) &&
      !hasEngine(each),
  );
}

function executableOf(pid: number): string | undefined {
  try {
    // The kernel says so where the file was replaced since.
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

function variable(environment: string, name: string): string | undefined {
  const entry = environment.split("\0").find((each) => each.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
