/** An IPv4 address with the length of its network's prefix, such as `10.0.0.0/16`. */
export interface Cidr {
  /** The address before the slash, as a number: not the network's own when host bits are set. */
  readonly address: number;
  /** 0 to 32. */
  readonly prefixLength: number;
}

/** What `text` says, or `undefined` when it is not an IPv4 network in CIDR form. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([0-9.]+)\/([0-9]{1,2})$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  const prefixLength = Number(match?.[2]);
  // A leading zero is refused: some parsers read it as octal.
  if (match === null || address === undefined || prefixLength > 32 || /\/0./.test(text)) {
    return undefined;
  }
  return { address, prefixLength };
}

/** `a.b.c.d` of a 32-bit number. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** The network in CIDR form, host bits cleared. */
export function formatNetwork(cidr: Cidr): string {
  return `${formatAddress(firstAddress(cidr))}/${cidr.prefixLength}`;
}

/** How many addresses the network has. */
export function networkSize({ prefixLength }: Pick<Cidr, "prefixLength">): number {
  return 2 ** (32 - prefixLength);
}

/** The network's own address. */
export function firstAddress(cidr: Cidr): number {
  return cidr.address - (cidr.address % networkSize(cidr));
}

/** The network's broadcast address. */
export function lastAddress(cidr: Cidr): number {
  return firstAddress(cidr) + networkSize(cidr) - 1;
}

/** Whether the two networks share an address. */
export function overlap(one: Cidr, other: Cidr): boolean {
  return firstAddress(one) <= lastAddress(other) && firstAddress(other) <= lastAddress(one);
}

function parseAddress(text: string): number | undefined {
  const octets = text.split(".");
  const valid =
    octets.length === 4 &&
    octets.every((octet) => /^(0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) < 256);
  return valid ? octets.reduce((address, octet) => address * 256 + Number(octet), 0) : undefined;
}
