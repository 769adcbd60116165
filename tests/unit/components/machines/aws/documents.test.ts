import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";

import { parse } from "yaml";

import { controlPlaneDocuments, type MachineFile, workerDocuments } from "../../../../../components/bootstrap";
import { compressedUserData } from "../../../../../components/machines/aws/compressed-user-data";
import {
  fetchedFromSecretsManager,
  secretDocument,
} from "../../../../../components/machines/aws/fetched-secrets";
import { firstControlPlane, secondControlPlane, worker } from "../../../../support/bootstrap-facts";

interface Document {
  readonly hostname: string;
  readonly write_files: readonly MachineFile[];
  readonly runcmd: readonly string[][];
}

const fetchedSecrets = fetchedFromSecretsManager("slipway/prod", "http://10.0.0.2:5000");
const onAws = <T extends typeof worker>(boot: T): T => ({
  ...boot,
  platform: { ...boot.platform, fetchedSecrets },
});
const read = (userData: string): Document => parse(userData) as Document;
const paths = (files: readonly MachineFile[]): string[] => files.map((file) => file.path).sort();

const roles = {
  "control plane that initializes": {
    local: controlPlaneDocuments(firstControlPlane),
    aws: controlPlaneDocuments(onAws(firstControlPlane)),
  },
  "control plane that joins": {
    local: controlPlaneDocuments(secondControlPlane),
    aws: controlPlaneDocuments(onAws(secondControlPlane)),
  },
  worker: { local: workerDocuments(worker), aws: workerDocuments(onAws(worker)) },
};

describe.each(Object.entries(roles))("what a %s boots with when it fetches its secrets", (_role, { local, aws }) => {
  const here = read(local.userData);
  const there = read(gunzipSync(Buffer.from(compressedUserData("a", aws.userData), "base64")).toString());

  test("has no key and no token in its user data", () => {
    expect(local.userData).toMatch(/KEY-----|abcdef\.0123/);
    expect(aws.userData).not.toMatch(/KEY-----|abcdef\.0123/);
    expect(aws.userData).not.toContain(firstControlPlane.identity.encryptionKey);
  });

  test("has the same files as the local one, in one place or the other, and what fetches them", () => {
    const secret = aws.secretFiles.map(({ path, content, permissions }) => ({ path, content, permissions }));
    expect(secret.every(({ permissions }) => permissions === "0600")).toBe(true);
    expect(paths([...there.write_files, ...secret])).toEqual(
      paths([...here.write_files, ...fetchedSecrets.files]),
    );
    const contents = new Map([...there.write_files, ...secret].map(({ path, content }) => [path, content]));
    for (const { path, content } of here.write_files) expect(contents.get(path)).toBe(content);
  });

  test("fetches before it bootstraps, and differs from the local one in nothing else", () => {
    expect(there.runcmd).toEqual([["/usr/local/sbin/slipway-fetch-secrets"], ...here.runcmd]);
    expect({ ...there, write_files: [], runcmd: [] }).toEqual({ ...here, write_files: [], runcmd: [] });
  });

  test("holds nothing back where the document is the place for keys", () => {
    expect(local.secretFiles).toEqual([]);
  });
});

describe("user data for EC2", () => {
  test("is the same on every system, and what cloud-init unpacks", () => {
    const bytes = Buffer.from(compressedUserData("worker", "#cloud-config\n{}\n"), "base64");
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    expect(gunzipSync(bytes).toString()).toBe("#cloud-config\n{}\n");
  });

  test("that EC2 would refuse is refused before, with the machine's name and what to do", () => {
    // Bytes that gzip cannot make smaller, as text of which each character is one byte.
    const text = randomBytes(15_000).toString("base64");
    const lengthOf = (count: number): number =>
      Buffer.from(compressedUserData("control-plane-0", text.slice(0, count)), "base64").length;
    expect(lengthOf(20_000)).toBeLessThanOrEqual(16_384);
    expect(() => compressedUserData("control-plane-0", randomBytes(20_000).toString("base64"))).toThrow(
      /^the user data of control-plane-0 is \d+ bytes after gzip; EC2 takes at most 16384\. Fewer/,
    );
  });
});

describe("a machine's secret document", () => {
  test("holds the files as the machine reads them", () => {
    const file = { path: "/a", content: "b", permissions: "0600" };
    expect(JSON.parse(secretDocument("worker", [file]))).toEqual([file]);
  });

  test("longer than Secrets Manager takes is refused with the machine's name", () => {
    const empty = Buffer.byteLength(secretDocument("worker", [{ path: "/a", content: "" }]));
    const filled = (length: number): MachineFile[] => [{ path: "/a", content: "x".repeat(length - empty) }];
    expect(secretDocument("worker", filled(65_536))).toHaveLength(65_536);
    expect(() => secretDocument("worker", filled(65_537))).toThrow(
      "the secret files of worker are 65537 bytes; Secrets Manager takes at most 65536",
    );
  });
});
