import { readFile, statfs } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";

import { type DockerFacts, type DockerFailure, dockerFacts } from "./docker-facts";
import { type HostNetwork, listeningPorts, routedNetworks } from "./proc-net";

/** What an environment's configuration cannot know: the host that it is to be made on, as it is now. */
export interface HostFacts {
  readonly docker: DockerFacts | DockerFailure;
  /** Of the disk with Docker's data; not known where that is on another host, or in a virtual machine on this one. */
  readonly freeBytes?: number | undefined;
  /** TCP ports on which something listens that 127.0.0.1 reaches, Docker's own among them. */
  readonly listeningPorts: readonly number[];
  /** Where the host has interfaces and routes to, Docker's own networks among them. */
  readonly networks: readonly HostNetwork[];
}

/** Looks at the host, without changing anything on it. What cannot be found out is left out. */
export async function hostFacts(): Promise<HostFacts> {
  const [docker, tcp, tcp6, routes] = await Promise.all([
    dockerFacts(),
    kernelTable("tcp"),
    kernelTable("tcp6"),
    kernelTable("route"),
  ]);
  if ("failure" in docker || docker.hostName !== hostname()) {
    // Another host's machines, ports and disk: the daemon tells all that is known of them.
    return { docker, listeningPorts: [], networks: [] };
  }
  return {
    docker,
    freeBytes: await freeBytes(docker.dataFolder),
    listeningPorts: [...listeningPorts(tcp), ...listeningPorts(tcp6)],
    networks: [...routedNetworks(routes), ...interfaceNetworks()],
  };
}

/** A table of the kernel's about the network, empty where there is none. */
async function kernelTable(name: string): Promise<string> {
  return await readFile(`/proc/net/${name}`, "utf8").catch(() => "");
}

async function freeBytes(folder: string): Promise<number | undefined> {
  return await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}

/** An interface may have a network without a route to it. */
function interfaceNetworks(): HostNetwork[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ cidr, family, internal }) =>
      cidr !== null && family === "IPv4" && !internal ? [{ cidr, interface: name }] : [],
    ),
  );
}
