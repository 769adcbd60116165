import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { linesOf } from "../lines";

const run = promisify(execFile);

/** An object that Docker has, with its labels as `name=value`. */
export interface SeenObject {
  /** A volume's is its name. */
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
}

export interface SeenContainer extends SeenObject {
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly state: string;
}

/** What the Docker daemon has, whoever made it. */
export interface SeenInDocker {
  readonly containers: readonly SeenContainer[];
  readonly volumes: readonly SeenObject[];
  readonly networks: readonly SeenObject[];
  /** Digests of their configurations, `sha256:…`. */
  readonly images: ReadonlySet<string>;
}

/** @throws Error with Docker's own words when it does not answer */
export async function lookIntoDocker(): Promise<SeenInDocker> {
  const [containers, volumes, networks, images] = await Promise.all([
    list("container", ["--all", "--no-trunc"], ["ID", "Names", "Labels", "State"]),
    list("volume", [], ["Name", "Name", "Labels"]),
    list("network", ["--no-trunc"], ["ID", "Name", "Labels"]),
    list("image", ["--all", "--no-trunc"], ["ID"]),
  ]);
  return {
    containers: containers.map((fields) => ({ ...seenObject(fields), state: fields[3] ?? "" })),
    volumes: volumes.map(seenObject),
    networks: networks.map(seenObject),
    images: new Set(images.flat()),
  };
}

function seenObject([id = "", name = "", labels = ""]: readonly string[]): SeenObject {
  return { id, name, labels: labels.split(",") };
}

/** The fields of each line of a listing. */
async function list(
  kind: string,
  options: readonly string[],
  fields: readonly string[],
): Promise<string[][]> {
  const format = fields.map((field) => `{{.${field}}}`).join("\t");
  const output = await docker([kind, "ls", ...options, "--format", format]);
  return linesOf(output).map((line) => line.split("\t"));
}

/**
 * Runs Docker's command line; gives its standard output.
 *
 * @throws Error with its own words when it fails
 */
export async function docker(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("docker", args, { maxBuffer: 64 * 2 ** 20 });
    return stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`docker ${args.slice(0, 2).join(" ")}: ${stderr?.trim() ?? String(error)}`, {
      cause: error,
    });
  }
}
