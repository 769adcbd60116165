import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { isIPv4 } from "node:net";

import { isObjectName, isSize, type Problems } from "../checks";

/** How a program runs in its pod, whatever runs the pod. */
export interface ProgramArgs {
  /** Takes the place of the image's entry point and command. It arrives as it is written: `$(NAME)` stays. */
  readonly command?: readonly string[];
  /** Arguments of the entry point, or of `command`. They arrive as they are written. Default: the image's. */
  readonly args?: readonly string[];
  /** Number of the user and group that the program runs as, 1 to 65535. Default 65532. */
  readonly user?: number;
  /**
   * Folders that it may write to besides its volumes, by absolute path; what is in them goes with the pod. Everything else of
   * its image is read-only. Default `["/tmp"]`, which is there in any case.
   */
  readonly scratch?: readonly (string | ScratchArgs)[];
  /** Names that its pods know besides those of DNS, as lines of their `/etc/hosts`. Default none. */
  readonly hostAliases?: readonly HostAlias[];
  /** What runs to its end before the program starts, one after the other. Default none. */
  readonly initContainers?: readonly ContainerArgs[];
  /** What runs beside the program: it is started before it, and ended after it. Default none. */
  readonly sidecars?: readonly ContainerArgs[];
}

/** A folder that a program may write to. */
export interface ScratchArgs {
  /** Absolute path at which the program finds it. */
  readonly path: string;
  /** How much may be in it, such as `1Gi`; a pod that writes more is evicted. Default 64Mi. */
  readonly size?: string;
  /** Whether it is kept in memory, as part of what the program may use of it. Default false. */
  readonly inMemory?: boolean;
}

/** A line of `/etc/hosts`. */
export interface HostAlias {
  /** IPv4 address. */
  readonly ip: string;
  /** Names that it has. */
  readonly hostnames: readonly string[];
}

/** Another program in a pod. It has the pod's folders and volumes where the main one has them, and its user. */
export interface ContainerArgs {
  /** A DNS label, other than `app`, which the main program has. */
  readonly name: string;
  /** Image by digest, `host/repository@sha256:…`. Default: the main program's. */
  readonly image?: pulumi.Input<string>;
  /** Takes the place of the image's entry point and command. */
  readonly command?: readonly string[];
  /** Arguments of the entry point, or of `command`. */
  readonly args?: readonly string[];
  /** Environment variables by name. Default none. */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Whether it is told what the main program is told, secrets too. Default false. */
  readonly sharesConfiguration?: boolean;
  /** Default: requests of 50m processor and 64Mi memory, limits of 1 processor and 256Mi. */
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
}

export const defaultScratchSize = "64Mi";

/** Folders that can be written to, written out; `/tmp` is one, unless something else is mounted there. */
export function scratchOf(
  { scratch = [] }: ProgramArgs,
  otherPaths: readonly string[] = [],
): Required<ScratchArgs>[] {
  const given = scratch.map(written);
  const hasTmp = [...given.map(({ path }) => path), ...otherPaths].includes("/tmp");
  return [...(hasTmp ? [] : [{ path: "/tmp" }]), ...given].map(
    ({ path, size = defaultScratchSize, inMemory = false }: ScratchArgs) => ({ path, size, inMemory }),
  );
}

/** All places at which something is mounted in the pods of a program that has volumes at these. */
export function mountedPaths(program: ProgramArgs, volumes: readonly { readonly path: string }[]): string[] {
  const paths = volumes.map(({ path }) => path);
  return [...paths, ...scratchOf(program, paths).map(({ path }) => path)];
}

/** Notes what of it cannot work, except for paths, which are checked with all others of the pod. */
export function checkProgram(problems: Problems, program: ProgramArgs): void {
  const { command, user, scratch = [], hostAliases = [], initContainers = [], sidecars = [] } = program;
  problems.expect(command === undefined || command.length > 0, "command", command, "give a program first");
  problems.expectWhole("user", user, 1, 65535, ", as root is not allowed");
  for (const [index, { size }] of scratch.map(written).entries()) {
    const holds = size === undefined || isSize(size);
    problems.expect(holds, `scratch[${index}].size`, size, "give a size such as 1Gi");
  }
  for (const [index, { ip, hostnames }] of hostAliases.entries()) {
    const setting = `hostAliases[${index}]`;
    problems.expect(isIPv4(ip), `${setting}.ip`, ip, "give an IPv4 address such as 192.168.1.20");
    const holds = hostnames.length > 0 && hostnames.every(isObjectName);
    problems.expect(holds, `${setting}.hostnames`, hostnames, "give names such as database.example.org");
  }
  checkContainers(problems, { initContainers, sidecars });
}

function checkContainers(
  problems: Problems,
  lists: Readonly<Record<"initContainers" | "sidecars", readonly ContainerArgs[]>>,
): void {
  const seen = new Set(["app"]);
  for (const [list, containers] of Object.entries(lists)) {
    for (const [index, { name, command, env = {} }] of containers.entries()) {
      const setting = `${list}[${index}]`;
      problems.expectServiceName(`${setting}.name`, name);
      problems.expect(!seen.has(name), `${setting}.name`, name, "another container has it: give another");
      seen.add(name);
      problems.expect(
        command === undefined || command.length > 0,
        `${setting}.command`,
        command,
        "give a program first",
      );
      problems.expectVariables(`${setting}.env`, Object.keys(env), false);
    }
  }
}

const written = (each: string | ScratchArgs): ScratchArgs =>
  typeof each === "string" ? { path: each } : each;
