import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { Encrypter } from "age-encryption";

import { restore } from "../../../../toolchain/backups/restore";
import { makeRecoveryKey, recipientOf } from "../../../../toolchain/cluster-backups/recovery-key";

const job = { namespace: "shop", name: "orders-backup-restore" };
const dump = "orders-2026-12-01T03-00-00Z.dump.age";

/** Stands for kubectl and the pod: notes its calls, has one backup, and restores what it is sent, unless it ends too early. */
const fakeKubectl = `#!/bin/bash
folder=$(dirname "$0")
echo "$*" >>"$folder/calls"
case "$*" in
  *"create job"*) echo '{"spec":{"template":{"spec":{"containers":[{"command":["bash"]}]}}}}' ;;
  *"create -f -") cat >"$folder/job.json" ;;
  *"get job"*) echo '{"status":{"ready":1}}' ;;
  *choose) cat "$folder/latest" ;;
  *"cat /backups/"*) cat "$folder/backup" ;;
  *restore) [[ $* != *--stdin* ]] || cat >"$folder/restored"; [ ! -e "$folder/fails" ] ;;
esac
`;

let folder = "";
let keyFile = "";
const { PATH: before } = process.env;

const file = (name: string): string => path.join(folder, name);
const calls = (): string => readFileSync(file("calls"), "utf8");

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-restore-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file("kubectl"), fakeKubectl);
  chmodSync(file("kubectl"), 0o755);
  process.env.PATH = `${folder}:${before ?? ""}`;
  keyFile = file("key.txt");
  await makeRecoveryKey(keyFile, "dev");
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(keyFile));
  writeFileSync(file("backup"), await encrypter.encrypt("an archive ".repeat(20_000)));
  writeFileSync(file("latest"), `${dump}\n`);
});

afterEach(() => {
  process.env.PATH = before;
  rmSync(folder, { recursive: true });
});

const restored = (changes: object = {}): Promise<void> =>
  restore(job, { from: "", unsaved: false, keyFile, ...changes });

describe("an encrypted backup", () => {
  it("is decrypted here, and sent back in clear; the key goes nowhere, and the pod goes", async () => {
    await restored();
    expect(readFileSync(file("restored"), "utf8")).toBe("an archive ".repeat(20_000));
    expect(calls()).toContain(
      "env FROM=latest UNSAVED=no CLEAR=stdin bash /scripts/postgres-backups.sh restore\n",
    );
    const [secret = ""] = /AGE-SECRET-KEY-1\w+/.exec(readFileSync(keyFile, "utf8")) ?? [];
    expect(secret).not.toBe("");
    for (const name of ["calls", "job.json", "restored"]) {
      expect(readFileSync(file(name), "utf8")).not.toContain(secret);
    }
    expect(JSON.parse(readFileSync(file("job.json"), "utf8"))).toMatchObject({
      spec: { template: { spec: { containers: [{ command: ["sleep", "86400"] }] } } },
    });
    expect(calls()).toMatch(/delete job orders-backup-restore-\d+ .*\n$/);
  });

  it("of another key is refused before anything is changed", async () => {
    const other = file("other.txt");
    await makeRecoveryKey(other, "dev");
    await expect(restored({ keyFile: other })).rejects.toThrow(
      `the recovery key in ${other} is not the one that ${dump} was encrypted to; give the right one, as in KEY=/path`,
    );
    expect(existsSync(file("restored"))).toBe(false);
    expect(calls()).toMatch(/delete job .*\n$/);
  });

  it("that is damaged at its end is refused before anything is changed", async () => {
    const bytes = readFileSync(file("backup"));
    writeFileSync(file("backup"), bytes.subarray(0, bytes.length - 1));
    await expect(restored()).rejects.toThrow(`${dump} is damaged: `);
    expect(existsSync(file("restored"))).toBe(false);
  });

  it("wants a key", async () => {
    await expect(restored({ keyFile: undefined })).rejects.toThrow(
      `${dump} is encrypted; say where the recovery key is, as in KEY=`,
    );
  });

  it("that the database does not take is told as such", async () => {
    writeFileSync(file("fails"), "");
    await expect(restored()).rejects.toThrow(`${dump} was not restored: the database is as it was`);
  });
});

it("restores a backup of before, in clear, in the pod alone", async () => {
  writeFileSync(file("latest"), "orders-2026-11-01T03-00-00Z.dump\n");
  await restored({ keyFile: undefined, unsaved: true });
  expect(calls()).toContain("env FROM=latest UNSAVED=yes bash /scripts/postgres-backups.sh restore\n");
  expect(calls()).not.toContain("cat /backups/");
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("leaves no pod behind when it is told to end by %s", async (signal, code) => {
  writeFileSync(file("kubectl"), fakeKubectl.replace("*choose)", "*choose) sleep 3;"));
  const ended = new Promise((resolve) => {
    jest.spyOn(process, "exit").mockImplementationOnce(((exitCode: number) => {
      resolve(exitCode);
    }) as typeof process.exit);
  });
  const running = restored();
  while (!existsSync(file("calls")) || !calls().includes("choose"))
    await new Promise((resolve) => setTimeout(resolve, 20));
  process.emit(signal, signal);
  expect(await ended).toBe(code);
  expect(calls()).toContain("delete job");
  await running;
});
