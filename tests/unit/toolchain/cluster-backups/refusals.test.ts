import type { Description } from "../../../../toolchain/cluster-backups/description";
import { refusal, type Target } from "../../../../toolchain/cluster-backups/refusals";
import { hasKeys } from "../../../../toolchain/cluster-backups/restore";

const description: Description = {
  format: 1,
  environment: "dev",
  machine: "control-plane-0",
  time: "2026-11-30T22:15:00Z",
  kubernetesVersion: "1.36.3",
  etcdVersion: "3.6.6",
  authority: "a".repeat(64),
  revision: 12,
  keys: 345,
  snapshot: { bytes: 10, sha256: "b".repeat(64) },
};

const target: Target = {
  environment: "dev",
  controlPlanesWithDisks: [],
  authority: undefined,
  hasKeys: true,
  kubernetesVersion: undefined,
  kubernetesVersions: ["1.37.2", "1.36.3", "1.35.4"],
};

describe("a bundle is restored", () => {
  test("into a new environment, and into a lost one of the same keys", () => {
    expect(refusal(description, target)).toBeUndefined();
    expect(refusal(description, { ...target, authority: description.authority })).toBeUndefined();
  });

  test("where the settings name the version that made it", () => {
    expect(refusal(description, { ...target, kubernetesVersion: "1.36.3" })).toBeUndefined();
  });
});

describe("a bundle is refused", () => {
  test("where its Secrets want a key that was rotated since, and the state has not", () => {
    expect(refusal(description, { ...target, hasKeys: false })).toContain("make down ENV=dev");
    const state = (outputs: Record<string, unknown>) => {
      const types = "slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki:EncryptionKey";
      return {
        resources: [
          { urn: `urn:pulumi:dev::slipway::${types}::dev-identity-encryption-key`, type: "", outputs },
        ],
      };
    };
    const keys = (...generations: readonly number[]) =>
      generations.map((generation) => ({ key: "", generation }));
    expect(hasKeys({}, keys(1))).toBe(true);
    expect(hasKeys(state({}), keys(1))).toBe(true);
    expect(hasKeys(state({ phase: "settled", generation: 2 }), keys(1))).toBe(false);
    expect(hasKeys(state({ phase: "settled", generation: 2 }), keys(2, 1))).toBe(false);
    expect(hasKeys(state({ phase: "sign", generation: 2 }), keys(1, 2))).toBe(true);
    expect(hasKeys(state({ phase: "trust", generation: 2 }), keys(1))).toBe(false);
  });

  test.each([
    [["control-plane-0"], "dev lives: control-plane-0 has its disk; restore"],
    [
      ["control-plane-0", "control-plane-2"],
      "dev lives: control-plane-0, control-plane-2 have their disks; restore",
    ],
  ])("where the target lives: %j", (controlPlanesWithDisks, beginning) => {
    expect(refusal(description, { ...target, controlPlanesWithDisks })).toBe(
      `${beginning} into another environment, or take this one down first, with make down ENV=dev`,
    );
  });

  test("where what was lost is another cluster", () => {
    expect(refusal(description, { ...target, environment: "prod", authority: "c".repeat(64) })).toBe(
      "the backup is of another cluster than the prod that was lost (of dev, with other keys); " +
        "take what is left of it down first, with make down ENV=prod",
    );
  });

  test.each([
    ["1.38.0", "1.37.2 at most"],
    ["1.34.4", "1.37.2, 1.36.3, 1.35.4"],
  ])("of a version that this tree does not have: %s", (kubernetesVersion, has) => {
    expect(refusal({ ...description, kubernetesVersion }, target)).toBe(
      `the backup was made by Kubernetes ${kubernetesVersion}, and this tree has ${has}; restore it with the tree that made it`,
    );
  });

  test("where the settings name another version", () => {
    expect(refusal(description, { ...target, kubernetesVersion: "1.37.2" })).toBe(
      "slipway:kubernetesVersion is 1.37.2, and the backup was made by 1.36.3; write that, and upgrade when the cluster is there",
    );
  });
});
