import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { z } from "zod";

import { environmentLabel, ownerLabel } from "../../components/machines/belonging";

/** A container, a volume or a network, and the environment that it says it belongs to. */
export interface DockerObject {
  readonly name: string;
  /** Empty where it is no environment's. */
  readonly environment: string;
  /** Empty where the environment says nothing of its owner. */
  readonly owner: string;
}

export interface DockerContainer extends DockerObject {
  /** TCP ports that it publishes now on an address that 127.0.0.1 of its host reaches. */
  readonly ports: readonly number[];
}

export interface DockerNetwork extends DockerObject {
  /** In CIDR form, IPv6 ones too. */
  readonly subnets: readonly string[];
}

/** What a Docker daemon says of itself and of the host that it is on. */
export interface DockerFacts {
  /** Such as `20.10.24+dfsg1`. */
  readonly version: string;
  readonly hostName: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The folder of all that it keeps. */
  readonly dataFolder: string;
  readonly containers: readonly DockerContainer[];
  /** Of environments only. */
  readonly volumes: readonly DockerObject[];
  readonly networks: readonly DockerNetwork[];
}

/** Why nothing is known of Docker. */
export interface DockerFailure {
  readonly failure: "no command" | "forbidden" | "silent";
  /** The first line that the `docker` command printed, or what became of it. */
  readonly reason: string;
}

/** How long a daemon may take, in milliseconds: on a busy host it takes seconds. */
const patience = 10_000;

/**
 * What a daemon knows that the `docker` command, and so every other part of Slipway, talks to.
 * @param variables of the environment that the command runs in
 */
export async function dockerFacts(
  variables: NodeJS.ProcessEnv = process.env,
): Promise<DockerFacts | DockerFailure> {
  const docker = dockerCommand(variables);
  try {
    const [containers, info, volumes, networks] = await all([
      // First: when there is no daemon, an old client explains it here only.
      docker("ps", "--all", "--no-trunc", "--format", containerTemplate),
      docker("info", "--format", infoTemplate),
      docker("volume", "ls", "--filter", `label=${environmentLabel}`, "--format", objectTemplate),
      inspectedNetworks(docker),
    ]);
    return {
      ...infoSchema.parse(JSON.parse(info)),
      containers: parseContainers(containers),
      volumes: jsonLines(volumes, objectSchema),
      networks: parseNetworks(networks),
    };
  } catch (error) {
    return dockerFailure(error);
  }
}

const label = (name: string): string => `{{json (.Label "${name}")}}`;
const objectFields = `"name":{{json .Name}},"environment":${label(environmentLabel)},"owner":${label(ownerLabel)}`;
const objectTemplate = `{${objectFields}}`;
const containerTemplate = `{${objectFields.replace(".Name", ".Names")},"ports":{{json .Ports}}}`;
const networkTemplate = '{"name":{{json .Name}},"labels":{{json .Labels}},"config":{{json .IPAM.Config}}}';
// Field by field: for the whole of it, the command would also ask each of its own plugins.
const infoTemplate =
  '{"version":{{json .ServerVersion}},"hostName":{{json .Name}},"cpus":{{json .NCPU}},' +
  '"memoryBytes":{{json .MemTotal}},"dataFolder":{{json .DockerRootDir}}}';

const infoSchema = z.object({
  version: z.string(),
  hostName: z.string(),
  cpus: z.number(),
  memoryBytes: z.number(),
  dataFolder: z.string(),
});
const objectSchema = z.object({ name: z.string(), environment: z.string(), owner: z.string() });
const containerSchema = objectSchema.extend({ ports: z.string() });
const networkSchema = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).nullable(),
  config: z.array(z.object({ Subnet: z.string().optional() })).nullable(),
});

/** @param lines as {@link containerTemplate} prints them, one for each container */
export function parseContainers(lines: string): DockerContainer[] {
  return jsonLines(lines, containerSchema).map((container) => ({
    ...container,
    ports: publishedPorts(container.ports),
  }));
}

/** @param lines as {@link networkTemplate} prints them, one for each network */
export function parseNetworks(lines: string): DockerNetwork[] {
  return jsonLines(lines, networkSchema).map(({ name, labels, config }) => ({
    name,
    environment: labels?.[environmentLabel] ?? "",
    owner: labels?.[ownerLabel] ?? "",
    subnets: (config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
  }));
}

/** The ports of `127.0.0.1:6443->6443/tcp, 0.0.0.0:8000-8001->80-81/tcp, 9000/udp` that 127.0.0.1 reaches. */
function publishedPorts(text: string): number[] {
  const published = text.matchAll(
    /(?:^|, )(?:0\.0\.0\.0|127\.0\.0\.1|\[?::\]?):(\d+)(?:-(\d+))?->[\d-]+\/tcp/g,
  );
  const ports = [...published].flatMap(([, from, to]) => {
    const first = Number(from);
    return Array.from({ length: Number(to ?? from) - first + 1 }, (_, offset) => first + offset);
  });
  return [...new Set(ports)];
}

function jsonLines<T>(lines: string, schema: z.ZodType<T>): T[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => schema.parse(JSON.parse(line)));
}

/** Only `inspect` knows the subnets of networks, and it wants to be told which. */
async function inspectedNetworks(docker: Docker): Promise<string> {
  const ids = (await docker("network", "ls", "--no-trunc", "--quiet")).split("\n").filter((id) => id !== "");
  try {
    return await docker("network", "inspect", "--format", networkTemplate, ...ids);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as CommandError;
    // One that was there a moment ago; the others are printed.
    if (/not found|no such network/i.test(stderr)) return stdout;
    throw error;
  }
}

/** Waits for all; of several that fail, the first in the list is thrown. */
async function all<const T extends readonly Promise<string>[]>(
  promises: T,
): Promise<{ [Index in keyof T]: string }> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}

interface CommandError {
  readonly code?: string | number | null;
  readonly killed?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Runs the `docker` command, and gives its standard output. */
type Docker = (...args: string[]) => Promise<string>;

function dockerCommand(env: NodeJS.ProcessEnv): Docker {
  const options = { env, timeout: patience, maxBuffer: 2 ** 26 };
  return async (...args) => (await promisify(execFile)("docker", args, options)).stdout;
}

/** @param error what running the `docker` command ended with, or reading what it printed */
export function dockerFailure(error: unknown): DockerFailure {
  const { code, killed, stderr = "" } = error as CommandError;
  if (code === "ENOENT") {
    return { failure: "no command", reason: "there is none on PATH" };
  }
  if (killed === true) {
    return { failure: "silent", reason: `nothing within ${patience / 1000} s` };
  }
  const reason = (stderr.trim() || String(error)).split("\n", 1).join("");
  return { failure: /permission denied/i.test(reason) ? "forbidden" : "silent", reason };
}
