import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";

import { Encrypter } from "age-encryption";

import { decrypt } from "../../../../toolchain/cluster-backups/decrypt";
import { makeRecoveryKey, recipientOf } from "../../../../toolchain/cluster-backups/recovery-key";

const folder = mkdtempSync(path.join(tmpdir(), "slipway-decrypt-"));
const keyFile = path.join(folder, "key.txt");

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it("reads what a program prints from the moment that it is given, before the library is there", async () => {
  await makeRecoveryKey(keyFile, "dev");
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(keyFile));
  const encrypted = new PassThrough();
  encrypted.end(await encrypter.encrypt("an archive"));
  const clear = new PassThrough();
  const decrypted = decrypt({ name: "dump", encrypted, keyFile, clear });
  // When a program ends, Node throws away what it has printed and nobody has begun to read.
  expect(encrypted.listenerCount("data") + encrypted.listenerCount("readable")).toBeGreaterThan(0);
  expect(await text(clear)).toBe("an archive");
  await decrypted;
});
