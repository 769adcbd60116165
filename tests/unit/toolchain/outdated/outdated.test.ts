import fc from "fast-check";

import { newestOf } from "../../../../toolchain/outdated/modules";
import { packagesOf } from "../../../../toolchain/outdated/packages";

describe("Debian's packages that are outdated", () => {
  it("are those that apt would install over what is there", () => {
    const simulated = [
      "Inst libssl3 [3.0.17-1~deb12u2] (3.0.19-1~deb12u1 Debian-Security:12/oldstable-security [amd64])",
      "Inst linux-image-6.1.0-45 (6.1.170-1 Debian:12.14/oldstable [amd64])",
      "Conf libssl3 (3.0.19-1~deb12u1 Debian-Security:12/oldstable-security [amd64])",
    ];
    expect(packagesOf(simulated.join("\n"), "debian")).toEqual([
      { what: "libssl3", where: "image debian", has: "3.0.17-1~deb12u2", newest: "3.0.19-1~deb12u1" },
    ]);
  });
});

describe("the newest release of a module", () => {
  it("is the one with the largest numbers, of what is released", () => {
    const versions = ["v1.9.0", "v1.10.0", "v1.10.2-rc.1", "v2.0.0+incompatible"];
    expect(newestOf(versions)).toBe("v1.10.0");
    expect(newestOf(["v1.36.3", "v1.36.10", "v1.37.2"], "v1.36.3")).toBe("v1.36.10");
    expect(newestOf([])).toBeUndefined();
  });

  it("does not depend on the order in which they are told", () => {
    const version = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40));
    fc.assert(
      fc.property(fc.array(version, { minLength: 1 }), (numbers) => {
        const largest = [...numbers].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).at(-1);
        expect(newestOf(numbers.map((each) => `v${each.join(".")}`))).toBe(`v${largest?.join(".") ?? ""}`);
      }),
    );
  });
});
