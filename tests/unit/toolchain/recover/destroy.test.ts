import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { destroy } from "../../../../toolchain/recover/destroy";

const { PATH: realPath } = process.env;
let folder = "";

// A child's PATH is that of the real process, which a test does not change.
jest.mock("../../../../toolchain/recover/docker", () => ({
  docker: async (args: readonly string[]) =>
    Promise.resolve(execFileSync(path.join(folder, "docker"), args, { encoding: "utf8", stdio: "pipe" })),
}));

/** Puts a program on PATH that is a few lines of shell, run in the test's folder. */
function program(name: string, ...lines: string[]): void {
  const file = path.join(folder, name);
  writeFileSync(file, ["#!/bin/sh", `cd '${folder}'`, ...lines].join("\n"));
  chmodSync(file, 0o755);
}

/** A Docker with one network of the environment, to which this many containers are attached. */
function dockerWith(attached: number, remove: string): void {
  program(
    "docker",
    'case "$1 $2" in',
    '  "network ls") [ -e removed ] || echo slipway-dev ;;',
    `  "network inspect") echo "slipway-dev ${attached}" ;;`,
    `  "network rm") ${remove} ;;`,
    '  "ps --all") echo 5b1c ;;',
    "esac",
  );
}

const said = jest.fn();
const takeDown = async (): Promise<void> => {
  await destroy({ stack: "dev", project: "/project", environment: process.env, say: said });
};
const runsOfPulumi = (): string[] => readFileSync(path.join(folder, "runs"), "utf8").trim().split("\n");

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "destroy-"));
  process.env.PATH = `${folder}:${realPath ?? ""}`;
  // Fails until the network is gone, as Docker's provider does.
  program("pulumi", 'echo "$@" >>runs', "[ -e removed ]");
  said.mockClear();
});

afterEach(() => {
  process.env.PATH = realPath;
  rmSync(folder, { recursive: true });
});

it("calls pulumi once where that suffices", async () => {
  dockerWith(0, "touch removed");
  writeFileSync(path.join(folder, "removed"), "");
  await takeDown();
  expect(runsOfPulumi()).toEqual(["-C /project destroy -s dev --yes --skip-preview"]);
});

it("removes a network to which nothing is attached, and goes on", async () => {
  dockerWith(0, "touch removed");
  await takeDown();
  expect(runsOfPulumi()).toHaveLength(2);
  expect(said).not.toHaveBeenCalled();
});

it("says that Docker miscounts where it keeps such a network, and what to do where Docker has other containers", async () => {
  dockerWith(0, "echo 'Error: network slipway-dev has active endpoints' >&2; exit 1");
  await expect(takeDown()).rejects.toThrow(/other containers: restart it when that suits/);
  expect(said.mock.calls).toEqual([[expect.stringContaining("its network slipway-dev, where nothing is")]]);
  expect(runsOfPulumi()).toHaveLength(1);
});

it("leaves a network in use alone, and fails as pulumi did", async () => {
  dockerWith(2, "touch removed");
  await expect(takeDown()).rejects.toThrow("dev could not be taken down; the lines above say why");
  expect(existsSync(path.join(folder, "removed"))).toBe(false);
  expect(runsOfPulumi()).toHaveLength(1);
});
