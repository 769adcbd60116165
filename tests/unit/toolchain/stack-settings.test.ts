import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { parse } from "yaml";

import { takeOverChanges, writeCopy } from "../../../toolchain/stack-settings";

let folder: string;
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-settings-"));
  told = [];
  writeFileSync(files().source, committed);
  writeCopy(files());
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const files = (): { source: string; copy: string } => ({
  source: path.join(folder, "Pulumi.dev.yaml"),
  copy: path.join(folder, "copy.yaml"),
});
const committed =
  "config:\n  # Why there are two.\n  slipway:pools: [{ name: worker, count: 2 }]\n  slipway:gitops: {}\n";
const source = (): string => readFileSync(files().source, "utf8");

/** As `pulumi config` leaves the file. */
function pulumiWrites(config: string): void {
  writeFileSync(files().copy, `encryptionsalt: v1:salt\nconfig:\n${config}`);
}

function takeOver(): void {
  takeOverChanges(files(), (line) => told.push(line));
}

describe("what pulumi config has changed", () => {
  it("is written into the committed file, whose comments and other settings stay", () => {
    pulumiWrites(
      "  slipway:pools: [{ name: worker, count: 3 }]\n  slipway:gitops: {}\n  aws:region: eu-west-1\n",
    );
    takeOver();
    expect(parse(source())).toEqual({
      config: {
        "slipway:pools": [{ name: "worker", count: 3 }],
        "slipway:gitops": {},
        "aws:region": "eu-west-1",
      },
    });
    expect(source()).toContain("# Why there are two.");
    expect(source()).not.toContain("salt");
    expect(told).toEqual([
      `${files().source}: slipway:pools is as \`pulumi config\` was told`,
      `${files().source}: aws:region is as \`pulumi config\` was told`,
    ]);
  });

  it("goes from there when it is gone", () => {
    pulumiWrites("  slipway:pools: [{ name: worker, count: 2 }]\n");
    takeOver();
    expect(parse(source())).toEqual({ config: { "slipway:pools": [{ name: "worker", count: 2 }] } });
    expect(told).toEqual([`${files().source}: slipway:gitops is gone, as \`pulumi config\` was told`]);
  });

  it("makes the file where there is none", () => {
    rmSync(files().source);
    writeCopy(files());
    pulumiWrites("  slipway:ports: { shop: 9090 }\n");
    takeOver();
    expect(parse(source())).toEqual({ config: { "slipway:ports": { shop: 9090 } } });
  });

  it("is taken over once, and the copy keeps the salt", () => {
    pulumiWrites("  slipway:pools: [{ name: worker, count: 3 }]\n  slipway:gitops: {}\n");
    takeOver();
    writeCopy(files());
    writeFileSync(files().source, source().replace("count: 3", "count: 4"));
    takeOver();
    writeCopy(files());
    expect(told).toHaveLength(1);
    expect(parse(readFileSync(files().copy, "utf8"))).toMatchObject({
      encryptionsalt: "v1:salt",
      config: { "slipway:pools": [{ name: "worker", count: 4 }] },
    });
  });

  it("is refused where the file was changed as well, and neither is touched", () => {
    pulumiWrites("  slipway:pools: [{ name: worker, count: 3 }]\n  slipway:gitops: {}\n");
    const edited = committed.replace("count: 2", "count: 5");
    writeFileSync(files().source, edited);
    expect(takeOver).toThrow(
      /^slipway:pools was changed by `pulumi config`, in .*copy.yaml, and in .*Pulumi.dev.yaml: give both of them the same value$/,
    );
    expect(source()).toBe(edited);
  });

  it("is none of its own way to write a number", () => {
    writeFileSync(files().source, "config:\n  other:port: 8080\n");
    writeCopy(files());
    pulumiWrites('  other:port: "8080"\n');
    takeOver();
    expect([told, source()]).toEqual([[], "config:\n  other:port: 8080\n"]);
  });

  it("is fine where both say the same", () => {
    pulumiWrites("  slipway:pools: [{ name: worker, count: 3 }]\n  slipway:gitops: {}\n");
    writeFileSync(files().source, committed.replace("count: 2", "count: 3"));
    takeOver();
    expect(told).toEqual([]);
  });

  it.each(["  slipway:aws: { secure: v1:abc }\n", "  slipway:aws: { token: { secure: v1:abc } }\n"])(
    "is refused when it is a secret: %j",
    (secret) => {
      pulumiWrites(`  slipway:pools: [{ name: worker, count: 2 }]\n  slipway:gitops: {}\n${secret}`);
      expect(takeOver).toThrow(
        /^slipway:aws was set as a secret, .* set it without --secret, or take it out of .*copy.yaml; no setting/,
      );
      expect(source()).toBe(committed);
    },
  );
});

it("nothing is written before there is a copy, or in one of before", () => {
  rmSync(path.join(folder, "settings-written.yaml"));
  pulumiWrites("  slipway:ports: { shop: 1 }\n");
  takeOver();
  rmSync(files().copy);
  takeOver();
  expect(source()).toBe(committed);
  expect(existsSync(files().copy)).toBe(false);
});
