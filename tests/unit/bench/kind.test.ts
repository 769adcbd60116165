import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { kindPart } from "../../../bench/kind/part";
import { parts } from "../../../toolchain/parts";

const bin = path.join(__dirname, "..", "..", "..", "bench", "kind", "bin");
const folder = mkdtempSync(path.join(tmpdir(), "docker-"));

beforeAll(() => {
  const real = path.join(folder, "docker");
  writeFileSync(real, '#!/bin/bash\nprintf "%s\\n" "$@"\n');
  chmodSync(real, 0o755);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the real docker gets when kind calls the one before it. */
function passedOn(...args: string[]): string[] {
  const env = { ...process.env, PATH: `${bin}:${folder}:${process.env.PATH ?? ""}` };
  return execFileSync("docker", args, { encoding: "utf8", env }).trimEnd().split("\n");
}

it("no environment needs kind", () => {
  expect(Object.keys(parts)).not.toContain(kindPart.name);
});

describe("the docker that kind calls", () => {
  it("gets what a machine of Slipway's gets instead of --privileged", () => {
    const args = passedOn("run", "--detach", "--privileged", "image with a space");
    expect(args).not.toContain("--privileged");
    expect(args.slice(0, 4)).toEqual(["run", "--detach", "--cap-add", "NET_ADMIN"]);
    expect(args.slice(-2)).toEqual(["a *:* rwm", "image with a space"]);
  });

  it("drops --privileged from docker exec", () => {
    expect(passedOn("exec", "--privileged", "node", "true")).toEqual(["exec", "node", "true"]);
  });

  it("passes everything else on as it is", () => {
    expect(passedOn("ps", "--filter", "name=a b")).toEqual(["ps", "--filter", "name=a b"]);
  });
});
