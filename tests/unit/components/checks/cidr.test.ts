import fc from "fast-check";

import {
  firstAddress,
  formatAddress,
  formatNetwork,
  lastAddress,
  networkSize,
  overlap,
  parseCidr,
} from "../../../../components/checks/cidr";

const anyCidr = fc.record({ address: fc.nat(2 ** 32 - 1), prefixLength: fc.nat(32) });

describe("a CIDR", () => {
  test("is read into its address and prefix length", () => {
    expect(parseCidr("10.0.1.2/24")).toEqual({ address: 0x0a000102, prefixLength: 24 });
    expect(parseCidr("255.255.255.255/32")).toEqual({ address: 0xffffffff, prefixLength: 32 });
    expect(parseCidr("0.0.0.0/0")).toEqual({ address: 0, prefixLength: 0 });
  });

  test.each([
    "",
    "10.0.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/024",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/1e1",
    "10.0.0/24",
    "10.0.0.0.0/24",
    "10.0.0.256/24",
    "010.0.0.0/24",
    "10..0.0/24",
    "10.0.0.0/24 ",
    " 10.0.0.0/24",
    "10.0.0.0/24\n",
    "10.0.0.0/24;id",
    "١٠.0.0.0/24",
    "fd00::/64",
    "a.b.c.d/24",
  ])("is not read from %j", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test("is read back from what is written, whatever the address", () => {
    fc.assert(
      fc.property(anyCidr, (cidr) => {
        expect(parseCidr(`${formatAddress(cidr.address)}/${cidr.prefixLength}`)).toEqual(cidr);
      }),
    );
  });

  test("has its addresses from the first to the last, and host bits cleared when written as a network", () => {
    fc.assert(
      fc.property(anyCidr, (cidr) => {
        expect(firstAddress(cidr)).toBeLessThanOrEqual(cidr.address);
        expect(lastAddress(cidr)).toBeGreaterThanOrEqual(cidr.address);
        expect(lastAddress(cidr) - firstAddress(cidr) + 1).toBe(networkSize(cidr));
        expect(parseCidr(formatNetwork(cidr))).toEqual({ ...cidr, address: firstAddress(cidr) });
      }),
    );
    expect(formatNetwork({ address: 0x0a0001ff, prefixLength: 24 })).toBe("10.0.1.0/24");
  });

  test("overlaps another one exactly when one holds the other's first address", () => {
    const holds = (cidr: { address: number; prefixLength: number }, address: number) =>
      firstAddress({ ...cidr, address }) === firstAddress(cidr);
    fc.assert(
      fc.property(anyCidr, anyCidr, (one, other) => {
        const expected = holds(one, firstAddress(other)) || holds(other, firstAddress(one));
        expect(overlap(one, other)).toBe(expected);
        expect(overlap(other, one)).toBe(expected);
      }),
    );
    const [left, right] = [
      { address: 0x0a000000, prefixLength: 25 },
      { address: 0x0a000080, prefixLength: 25 },
    ];
    expect(overlap(left, right)).toBe(false);
    expect(overlap(left, { ...right, prefixLength: 24 })).toBe(true);
  });
});
