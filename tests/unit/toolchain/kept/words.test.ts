import { type KeptContent, type KeptVolume, parseSizes } from "../../../../toolchain/kept/volume";
import { keptLines, refusal, size } from "../../../../toolchain/kept/words";

const volume: KeptVolume = {
  name: "slipway-dev-kept",
  owner: "0123456789abcdef",
  folder: "/var/lib/docker/volumes/slipway-dev-kept/_data",
  users: [],
};

const claims = parseSizes("41943040\t./shop/data-orders-0\n12288\t./jenkins/home\n");
const content: KeptContent = { claims, backups: undefined };
const backups = { claim: ".cluster-backups", bytes: 1_500_000 };

test("what is kept is told with its size, its place, and how it goes on", () => {
  expect(keptLines("dev", volume, content)).toEqual([
    "Kept: 2 volumes of dev, in the Docker volume slipway-dev-kept (/var/lib/docker/volumes/slipway-dev-kept/_data):",
    "  jenkins/home         12.3 kB",
    "  shop/data-orders-0   41.9 MB",
    "make up ENV=dev finds it again, for claims of the same namespace and name",
    "make forget ENV=dev removes it for good, and with CLAIM=jenkins/home one volume of it",
  ]);
});

test("backups of the cluster are told in one line, and how they are used", () => {
  expect(keptLines("dev", volume, { claims: [], backups })).toEqual([
    "Kept: backups of the cluster of dev, in the Docker volume slipway-dev-kept (/var/lib/docker/volumes/slipway-dev-kept/_data):",
    "  .cluster-backups    1.5 MB",
    "make restore-cluster ENV=dev makes the cluster that was backed up",
    "make forget ENV=dev removes it for good",
  ]);
  expect(keptLines("dev", volume, { claims, backups })[0]).toMatch(
    /^Kept: 2 volumes and backups of the cluster of dev,/,
  );
});

test("while the environment is up, nothing is said of finding it again", () => {
  const lines = keptLines(
    "dev",
    { ...volume, users: ["slipway-dev-worker-0"] },
    { ...content, claims: claims.slice(0, 1) },
  );
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^Kept: 1 volume of dev/);
});

test.each([
  [0, "0.0 kB"],
  [999, "1.0 kB"],
  [123_456, "123.5 kB"],
  [1_000_000, "1.0 MB"],
  [2.5e9, "2.5 GB"],
  [3e15, "3000.0 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

describe("what is kept is forgotten", () => {
  test("when it is the environment's own", () => {
    expect(refusal("dev", volume, volume.owner, "")).toBeUndefined();
  });

  test("when its owner is written down, whoever that is", () => {
    expect(refusal("dev", volume, "fedcba9876543210", volume.owner)).toBeUndefined();
    expect(refusal("dev", volume, undefined, volume.owner)).toBeUndefined();
  });

  test("never while a machine has it", () => {
    const used = { ...volume, users: ["slipway-dev-control-plane-0", "slipway-dev-worker-0"] };
    expect(refusal("dev", used, volume.owner, volume.owner)).toBe(
      "dev uses slipway-dev-kept still, in slipway-dev-control-plane-0, slipway-dev-worker-0: " +
        "take it down first, with make down ENV=dev",
    );
  });

  test.each([
    ["fedcba9876543210", "is another stack's"],
    [undefined, "may be another stack's"],
  ])("never when the owner that is expected is %s: it %s", (expected, whose) => {
    expect(refusal("dev", volume, expected, "")).toBe(
      `slipway-dev-kept ${whose} environment, of owner 0123456789abcdef; ` +
        "if nobody needs it, make forget ENV=dev OWNER=0123456789abcdef removes it for good",
    );
  });
});
