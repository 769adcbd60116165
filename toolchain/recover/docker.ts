import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface SeenContainer {
  readonly id: string;
  readonly name: string;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly state: string;
}

/** What the Docker daemon has, whoever made it. */
export interface SeenInDocker {
  readonly containers: readonly SeenContainer[];
  /** Names. */
  readonly volumes: ReadonlySet<string>;
  readonly networks: readonly { readonly id: string; readonly name: string }[];
  /** Digests of their configurations, `sha256:…`. */
  readonly images: ReadonlySet<string>;
}

/** @throws Error with Docker's own words when it does not answer */
export async function lookIntoDocker(): Promise<SeenInDocker> {
  const [containers, volumes, networks, images] = await Promise.all([
    list("container", ["--all", "--no-trunc"], "{{.ID}} {{.Names}} {{.State}}"),
    list("volume", [], "{{.Name}}"),
    list("network", ["--no-trunc"], "{{.ID}} {{.Name}}"),
    list("image", ["--all", "--no-trunc"], "{{.ID}}"),
  ]);
  return {
    containers: containers.map(([id = "", name = "", state = ""]) => ({ id, name, state })),
    volumes: new Set(volumes.flat()),
    networks: networks.map(([id = "", name = ""]) => ({ id, name })),
    images: new Set(images.flat()),
  };
}

/** The fields of each line of a listing; no field that we ask for holds a space. */
async function list(kind: string, options: readonly string[], format: string): Promise<string[][]> {
  const output = await docker([kind, "ls", ...options, "--format", format]);
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
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
