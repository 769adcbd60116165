import { formatAddress } from "../../components/checks/cidr";

/** `0A`: https://github.com/torvalds/linux/blob/master/include/net/tcp_states.h */
const listen = "0A";

/**
 * Addresses of listeners that a connection to 127.0.0.1 reaches, as the kernel writes them: 32-bit words in the byte
 * order of the processor. One on `::` counts although it may be for IPv6 only: the file does not tell.
 */
const reachedByLoopback = new Set([
  "00000000",
  "0100007F",
  "0".repeat(32),
  // ::ffff:0.0.0.0 and ::ffff:127.0.0.1
  "0000000000000000FFFF000000000000",
  "0000000000000000FFFF00000100007F",
]);

/**
 * TCP ports on which something listens that 127.0.0.1 reaches.
 * @param table text of /proc/net/tcp or /proc/net/tcp6: https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function listeningPorts(table: string): number[] {
  return rows(table).flatMap(([, local = "", , state]) => {
    const [address = "", port = ""] = local.split(":");
    return state === listen && reachedByLoopback.has(address) ? [parseInt(port, 16)] : [];
  });
}

/** A network that the host reaches through an interface of its own. */
export interface HostNetwork {
  /** In CIDR form. */
  readonly cidr: string;
  /** Such as `eth0`. */
  readonly interface: string;
}

/** Wider routes stand for "everything else", as the two halves of a VPN's default route do: no network is apart from them. */
const shortestPrefix = 8;

/** @param table text of /proc/net/route, whose addresses are 32-bit words in the byte order of the processor */
export function routedNetworks(table: string): HostNetwork[] {
  return rows(table).flatMap(([name = "", destination = "", , , , , , mask = ""]) => {
    const prefixLength = littleEndian(mask).toString(2).replaceAll("0", "").length;
    const cidr = `${formatAddress(littleEndian(destination))}/${prefixLength}`;
    return prefixLength < shortestPrefix ? [] : [{ cidr, interface: name }];
  });
}

function littleEndian(word: string): number {
  return Buffer.from(word, "hex").readUInt32LE(0);
}

/** Columns of each line but the heading. */
function rows(table: string): string[][] {
  return table
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}
