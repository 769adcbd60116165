import { readPlatformFile } from "./files";

/** Names that the cluster's DNS knows besides those of Services and pods, and where it asks for all others. */
export interface DnsSettings {
  /**
   * Zones that have name servers of their own, such as `{ "corp.example.org": ["10.0.0.53"] }`: each one's IPv4 addresses, with
   * `:port` where it is not 53. Default none.
   */
  readonly stubDomains?: Readonly<Record<string, readonly string[]>>;
  /** IPv4 address of names, such as `{ "erp.example.org": "192.168.1.20" }`. Default none. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Name servers that are asked for everything else. Default: those of the machines. */
  readonly upstream?: readonly string[];
}

/**
 * CoreDNS' configuration. Without settings it is kubeadm's.
 * https://coredns.io/plugins/hosts/, https://coredns.io/plugins/forward/
 */
export function corefile({ stubDomains = {}, hosts = {}, upstream = [] }: DnsSettings = {}): string {
  const zones = Object.entries(stubDomains).map(([zone, servers]) => stubZone(zone, servers));
  const main = readPlatformFile("Corefile")
    .replace("forward . /etc/resolv.conf", `forward . ${upstream.join(" ") || "/etc/resolv.conf"}`)
    .replace("    prometheus :9153\n", (line) => `${hostsPlugin(hosts)}${line}`);
  return [main, ...zones].join("");
}

/** Names that are none of these are asked for as all others are. */
function hostsPlugin(hosts: Readonly<Record<string, string>>): string {
  const lines = Object.entries(hosts).map(([name, address]) => `       ${address} ${name}\n`);
  return lines.length === 0 ? "" : `    hosts {\n${lines.join("")}       fallthrough\n    }\n`;
}

function stubZone(zone: string, servers: readonly string[]): string {
  return `${zone}:53 {
    errors
    cache 30
    forward . ${servers.join(" ")}
    reload
}
`;
}
