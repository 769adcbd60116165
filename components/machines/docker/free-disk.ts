import { statfs } from "node:fs/promises";
import { hostname } from "node:os";

import type { DockerLines } from "./live-machines";

/** What a machine that is made anew writes before it is a node, and what is left for everything else, in bytes. */
const neededBytes = 1e9;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const freeIn = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/**
 * Why the Docker daemon's disk has no room for a machine that is made anew, with what to do; undefined when it has, or when
 * that is not known: on another host, or in a virtual machine on this one.
 * @param docker runs the `docker` command
 * @param freeBytes of the disk that a folder is on
 */
export async function diskProblem(
  docker: DockerLines,
  freeBytes: (folder: string) => Promise<number> = freeIn,
): Promise<string | undefined> {
  const [host, folder = ""] = await docker("info", "--format", "{{.Name}}\n{{.DockerRootDir}}");
  if (host !== hostname()) return undefined;
  const free = await freeBytes(folder).catch(() => Infinity);
  if (free >= neededBytes) return undefined;
  return (
    `${gigabytes(free)} are free in ${folder}, and a machine that is made anew needs ${gigabytes(neededBytes)}; ` +
    "free some, as docker system prune does"
  );
}
