import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

async function docker(...args: string[]): Promise<string> {
  // The console of a machine is longer than what execFile takes by default.
  const { stdout } = await run("docker", args, { maxBuffer: 64 * 2 ** 20 });
  return stdout.trim();
}

/** What a machine has said on its console, and when. */
export interface ConsoleLine {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** Lines of `docker logs --timestamps`. */
export function consoleLines(log: string): ConsoleLine[] {
  return log.split("\n").flatMap((line) => {
    const [, time = "", text = ""] = /^(\d{4}-\S+Z) (.*?)\r?$/.exec(line) ?? [];
    return time === "" ? [] : [{ at: Date.parse(time), text }];
  });
}

/** A boot of a machine. */
export interface Boot {
  /** When its container was started, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly console: readonly ConsoleLine[];
}

export async function bootOf(container: string): Promise<Boot> {
  const startedAt = await docker("container", "inspect", "--format", "{{.State.StartedAt}}", container);
  return {
    startedAt: Date.parse(startedAt),
    console: consoleLines(await docker("logs", "--timestamps", container)),
  };
}

/**
 * Seconds from a machine's start to its console's `slipway: joined`.
 * @throws Error when the console does not say so
 */
export function secondsToJoined({ startedAt, console }: Boot): number {
  const joined = console.find(({ text }) => text.endsWith("slipway: joined"));
  if (joined === undefined) throw new Error("the machine did not say that it joined");
  return (joined.at - startedAt) / 1000;
}

/** Fields of a cgroup's `memory.stat`. */
export function memoryStat(text: string): Map<string, number> {
  return new Map(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [field = "", value] = line.split(" ");
        return [field, Number(value)];
      }),
  );
}

/**
 * Bytes of memory that a cgroup and those below it hold and cannot give back for the asking: all but the page cache.
 * What lies in a tmpfs counts, although the kernel counts it as cache too.
 * @param usage what is charged in all
 * @param stat of cgroup v1 or v2
 */
export function memoryHeld(usage: number, stat: ReadonlyMap<string, number>): number {
  const field = (v1: string, v2: string): number => stat.get(v1) ?? stat.get(v2) ?? 0;
  return usage - field("total_cache", "file") + field("total_shmem", "shmem");
}

/** MiB of memory that a machine holds now, its pods included. */
export async function memoryMiB(container: string): Promise<number> {
  // A machine has a cgroup namespace of its own: the root that it sees is its container's cgroup.
  const read =
    "cd /sys/fs/cgroup; [ ! -d memory ] || cd memory; cat memory.current memory.usage_in_bytes 2>/dev/null; cat memory.stat";
  const [usage = "", ...stat] = (await docker("exec", container, "sh", "-c", read)).split("\n");
  return memoryHeld(Number(usage), memoryStat(stat.join("\n"))) / 2 ** 20;
}

/** MB on disk that a machine adds to its image: its container's own layer, and its /var. */
export async function diskMB(container: string): Promise<number> {
  const layer = await docker("container", "inspect", "--size", "--format", "{{.SizeRw}}", container);
  const volume = await docker("exec", container, "du", "-sx", "--block-size=1", "/var");
  return (Number(layer) + Number.parseInt(volume, 10)) / 1e6;
}

/** MB of an image's layers, unpacked. */
export async function imageMB(image: string): Promise<number> {
  return Number(await docker("image", "inspect", "--format", "{{.Size}}", image)) / 1e6;
}
