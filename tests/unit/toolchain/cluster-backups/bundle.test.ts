import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { Encrypter } from "age-encryption";
import { create } from "tar";
import { stringify } from "yaml";

import { openBundle } from "../../../../toolchain/cluster-backups/bundle";
import {
  makeRecoveryKey,
  recipientOf,
  recipientPattern,
  recoveryKeyFile,
} from "../../../../toolchain/cluster-backups/recovery-key";

const folder = mkdtempSync(path.join(tmpdir(), "slipway-bundle-"));
const keyFile = recoveryKeyFile(folder, "dev");
const bundle = path.join(folder, "20261130T221500Z.age");
const snapshot = Buffer.from("a snapshot of etcd");

const description = {
  format: 1,
  environment: "dev",
  machine: "control-plane-0",
  time: "2026-11-30T22:15:00Z",
  kubernetesVersion: "1.36.3",
  etcdVersion: "3.6.6",
  authority: "a".repeat(64),
  revision: 12,
  keys: 345,
  snapshot: { bytes: snapshot.length, sha256: createHash("sha256").update(snapshot).digest("hex") },
};

/** As machine-image/rootfs/usr/lib/slipway/backup-cluster writes it. */
async function write(target: string, described: object): Promise<void> {
  const content = mkdtempSync(path.join(folder, "content-"));
  for (const name of ["ca", "etcd/ca", "front-proxy-ca", "sa"]) {
    const file = path.join(content, "identity/pki", name);
    mkdirSync(path.dirname(file), { recursive: true });
    for (const ending of name === "sa" ? ["key", "pub"] : ["key", "crt"]) {
      writeFileSync(`${file}.${ending}`, `${name}.${ending}`);
    }
  }
  const keys = [
    { name: "key-2", secret: "newer" },
    { name: "key-1", secret: "older" },
  ];
  const encryption = {
    resources: [{ resources: ["secrets"], providers: [{ secretbox: { keys } }, { identity: {} }] }],
  };
  writeFileSync(path.join(content, "identity/encryption.yaml"), stringify(encryption));
  writeFileSync(path.join(content, "description.json"), JSON.stringify(described));
  writeFileSync(path.join(content, "snapshot.db"), snapshot);
  const archive = path.join(folder, "archive.tar.gz");
  await create({ gzip: true, file: archive, cwd: content }, ["description.json", "identity", "snapshot.db"]);
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(keyFile));
  writeFileSync(target, await encrypter.encrypt(readFileSync(archive)));
}

const open = (file = bundle, key = keyFile) => openBundle(file, key, path.join(folder, "open"));

beforeAll(async () => {
  expect(await makeRecoveryKey(keyFile, "dev")).toBe(true);
  await write(bundle, description);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("a recovery key is made once, for its owner alone", async () => {
  const before = readFileSync(keyFile, "utf8");
  expect(await makeRecoveryKey(keyFile, "dev")).toBe(false);
  expect(readFileSync(keyFile, "utf8")).toBe(before);
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  const recipient = await recipientOf(keyFile);
  expect(recipient).toMatch(recipientPattern);
  expect(before).toContain(`# public key: ${recipient}\n`);
});

test("a bundle is opened with the recovery key: what it says of itself, the snapshot, and the identity", async () => {
  const opened = await open();
  expect(opened.description).toEqual(description);
  expect(readFileSync(opened.snapshot)).toEqual(snapshot);
  expect(opened.identity).toEqual({
    kubernetesCa: { certificatePem: "ca.crt", privateKeyPem: "ca.key" },
    etcdCa: { certificatePem: "etcd/ca.crt", privateKeyPem: "etcd/ca.key" },
    frontProxyCa: { certificatePem: "front-proxy-ca.crt", privateKeyPem: "front-proxy-ca.key" },
    serviceAccountKey: { publicKeyPem: "sa.pub", privateKeyPem: "sa.key" },
    // The one that writes.
    encryptionKeys: [
      { key: "newer", generation: 2 },
      { key: "older", generation: 1 },
    ],
  });
});

describe("a bundle is refused in one sentence", () => {
  test("with another recovery key", async () => {
    const other = path.join(folder, "other.txt");
    await makeRecoveryKey(other, "dev");
    await expect(open(bundle, other)).rejects.toThrow(
      `the recovery key in ${other} is not the one that ${bundle} was encrypted to; give the right one, as in KEY=/path`,
    );
  });

  test.each(["no-such-file.txt", "20261130T221500Z.age"])(
    "with a key file that is none: %s",
    async (name) => {
      await expect(open(bundle, path.join(folder, name))).rejects.toThrow(/recovery key/);
    },
  );

  test("with any one byte flipped", async () => {
    const whole = readFileSync(bundle);
    const damaged = path.join(folder, "damaged.age");
    // Of the header, its end, the content's beginning and end, and every hundredth between.
    const places = [
      0,
      30,
      60,
      120,
      170,
      200,
      whole.length - 1,
      ...Array.from({ length: Math.floor(whole.length / 100) }, (_, index) => index * 100),
    ];
    for (const place of new Set(places)) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      writeFileSync(damaged, bytes);
      await expect(open(damaged)).rejects.toThrow(/is damaged|is not the one that/);
    }
  });

  test("with its end cut off, and with something after it", async () => {
    const damaged = path.join(folder, "cut.age");
    const whole = readFileSync(bundle);
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, 20),
      Buffer.alloc(0),
      Buffer.concat([whole, whole]),
    ]) {
      writeFileSync(damaged, bytes);
      await expect(open(damaged)).rejects.toThrow(`${damaged} is damaged`);
    }
  });

  test("when a later tree made it, whatever else it says", async () => {
    const later = path.join(folder, "later.age");
    await write(later, { format: 2, contents: "other" });
    await expect(open(later)).rejects.toThrow(
      "the bundle is of format 2, and this tree reads up to 1: restore it with the tree that made it",
    );
  });

  test("when its snapshot is not the one that it describes", async () => {
    const swapped = path.join(folder, "swapped.age");
    await write(swapped, { ...description, snapshot: { bytes: 1, sha256: "0".repeat(64) } });
    await expect(open(swapped)).rejects.toThrow(
      `${swapped} is damaged: its snapshot is not the one that it describes`,
    );
  });
});

test("what was unpacked is for its owner alone", async () => {
  copyFileSync(bundle, path.join(folder, "copy.age"));
  await open();
  expect(statSync(path.join(folder, "open")).mode & 0o777).toBe(0o700);
});
