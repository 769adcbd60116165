import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { buildPart, copyFromModules } from "../../../toolchain/build-part";
import { isBuilt, partDirectory, toolchainDirectory } from "../../../toolchain/cache";
import { filesBelow } from "../../../toolchain/content-key";
import { BuildFailure } from "../../../toolchain/failure";
import { temporaryFolder } from "../../support/temporary-folder";
import { hangingGo, tinyPart } from "./fixtures/tiny-module";

const { PATH: realPath } = process.env;
const never = new AbortController().signal;
const silent = { waiting: () => undefined, building: () => undefined };

/** Folders in which a build was going on. */
const scratchFolders = (): string[] =>
  readdirSync(toolchainDirectory()).filter((name) => name.startsWith("."));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 600) throw new Error("waited for 30 s in vain");
    await sleep(50);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that ended and that nobody has waited for is still listed.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

beforeEach(() => {
  process.env.SLIPWAY_CACHE = temporaryFolder();
});

afterEach(() => {
  delete process.env.SLIPWAY_CACHE;
  process.env.PATH = realPath;
});

it("builds a program with its version, its other names and a record of the build", async () => {
  const part = tinyPart();
  const record = await buildPart(part, silent, never);
  const folder = partDirectory(part);
  expect(readdirSync(folder).sort()).toEqual(["alias", "build.json", "tiny"]);
  expect(readlinkSync(path.join(folder, "alias"))).toBe("tiny");
  const { stderr } = await run(path.join(folder, "alias"));
  expect(stderr).toBe("tiny 1.2.3\n");
  expect(JSON.parse(readFileSync(path.join(folder, "build.json"), "utf8"))).toEqual(record);
  expect(record).toMatchObject({ part: "tiny", version: "1.2.3" });
  expect(record?.cpuSeconds).toBeGreaterThan(0);
  expect(record?.wallSeconds).toBeGreaterThan(0);
  expect(record?.binaries.tiny).toBeGreaterThan(100_000);
  expect(scratchFolders()).toEqual([]);
}, 60_000);

it("compiles a suite of tests as a program", async () => {
  // In a suite, Go's linker knows the package by its path.
  const variables = { "tiny.version": "1.2.3" };
  const part = { ...tinyPart(), suites: { "tiny.test": "." }, variables };
  const test = 'package main\n\nimport "testing"\n\nfunc TestTiny(t *testing.T) { println("of", version) }\n';
  writeFileSync(path.join(part.source, "tiny_test.go"), test);
  const record = await buildPart(part, silent, never);
  expect(record?.binaries["tiny.test"]).toBeGreaterThan(100_000);
  expect((await run(path.join(partDirectory(part), "tiny.test"))).stderr).toBe("of 1.2.3\n");
}, 120_000);

it("takes files and whole folders of a module, which the module cache keeps read-only, but for what is there", async () => {
  const [module, target] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(path.join(module, "config", "crd", "deep"), { recursive: true });
  writeFileSync(path.join(module, "config", "crd", "one.yaml"), "one", { mode: 0o444 });
  writeFileSync(path.join(module, "config", "crd", "deep", "two.yaml"), "two", { mode: 0o444 });
  writeFileSync(path.join(module, "start"), "#!/bin/sh\n", { mode: 0o444 });
  writeFileSync(path.join(module, "schema.json"), '{"name":"x"}', { mode: 0o444 });
  for (const folder of ["config/crd/deep", "config/crd"]) chmodSync(path.join(module, folder), 0o555);
  const go = (...args: string[]): Promise<string> => {
    expect(args).toEqual(["mod", "download", "-json", "example.test/module"]);
    return Promise.resolve(JSON.stringify({ Dir: module }));
  };
  const of = { module: "example.test/module" };
  mkdirSync(path.join(target, "crds"));
  writeFileSync(path.join(target, "crds", "ours.yaml"), "ours");
  writeFileSync(path.join(module, "config", "crd", "ours.yaml"), "theirs");
  await copyFromModules(
    [
      { ...of, file: "config/crd", as: "crds" },
      { ...of, file: "start", as: "start", executable: true },
      { ...of, file: "schema.json", as: "embedded.json", set: { version: "1" } },
    ],
    target,
    go,
  );
  for (const folder of ["config/crd", "config/crd/deep"]) chmodSync(path.join(module, folder), 0o755);
  const copied = (file: string): string => readFileSync(path.join(target, file), "utf8");
  const modeOf = (file: string): number => statSync(path.join(target, file)).mode & 0o777;
  expect(filesBelow(target)).toEqual([
    ...["crds/deep/two.yaml", "crds/one.yaml", "crds/ours.yaml", "embedded.json", "start"],
  ]);
  expect(copied("crds/ours.yaml")).toBe("ours");
  expect([copied("crds/one.yaml"), copied("crds/deep/two.yaml")]).toEqual(["one", "two"]);
  expect(copied("embedded.json")).toBe('{"name":"x","version":"1"}');
  expect([modeOf("start"), modeOf("crds/one.yaml"), modeOf("crds/deep")]).toEqual([0o755, 0o644, 0o755]);
});

it("does not build again what is there", async () => {
  const part = tinyPart();
  await buildPart(part, silent, never);
  process.env.PATH = "/nonexistent";
  expect(await buildPart(part, silent, never)).toBeUndefined();
}, 60_000);

it("builds once when two want the same, and the second says for whom it waits", async () => {
  const part = tinyPart();
  const waiting = jest.fn();
  const building = jest.fn();
  const records = await Promise.all([1, 2].map(() => buildPart(part, { waiting, building }, never)));
  expect(records.filter((record) => record === undefined)).toHaveLength(1);
  expect(building).toHaveBeenCalledTimes(1);
  expect(waiting).toHaveBeenCalledTimes(1);
}, 60_000);

it("names the part, the compiler's line and the log when the code is broken, and leaves nothing that counts", async () => {
  const part = tinyPart("package main\n\nfunc main() { undefinedFunction() }\n");
  const failure: unknown = await buildPart(part, silent, never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BuildFailure);
  const { message } = failure as BuildFailure;
  expect(message).toMatch(/^tiny could not be built: go build .*ended with code 1/);
  expect(message).toContain("./main.go:3:15: undefined: undefinedFunction");
  expect(message).toContain("what to do:");
  const log = /all output: (.*)/.exec(message)?.[1] ?? "";
  expect(readFileSync(log, "utf8")).toContain("undefinedFunction");
  expect(isBuilt(part)).toBe(false);
  expect(scratchFolders()).toEqual([]);
}, 60_000);

it("ends the compiler and removes the half-written output when it is interrupted", async () => {
  const part = tinyPart();
  const { folder, started } = hangingGo();
  process.env.PATH = `${folder}:${realPath ?? ""}`;
  const interruption = new AbortController();
  const build = buildPart(part, silent, interruption.signal).catch((error: unknown) => error);
  await until(() => existsSync(started));
  const compiler = Number(readFileSync(started, "utf8"));
  expect(isRunning(compiler)).toBe(true);
  interruption.abort(new Error("interrupted by a test"));
  expect(await build).toEqual(new Error("interrupted by a test"));
  await until(() => !isRunning(compiler));
  expect(isBuilt(part)).toBe(false);
  expect(scratchFolders()).toEqual([]);
}, 60_000);

it("builds after a builder that was killed, and clears away what that left", async () => {
  const part = tinyPart();
  const { folder, started } = hangingGo();
  const script = path.join(__dirname, "fixtures", "build.ts");
  const builder = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(part)], {
    env: { ...process.env, PATH: `${folder}:${realPath ?? ""}` },
    stdio: "ignore",
  });
  await until(() => existsSync(started));
  builder.kill("SIGKILL");
  await until(() => builder.signalCode !== null);
  // The compiler's process group lives on, as nobody was left to end it.
  process.kill(-Number(execFileSync("ps", ["-o", "pgid=", readFileSync(started, "utf8").trim()])), "SIGKILL");
  expect(scratchFolders()).toHaveLength(1);
  expect(isBuilt(part)).toBe(false);

  const record = await buildPart(part, silent, never);
  expect(record?.part).toBe("tiny");
  expect(isBuilt(part)).toBe(true);
  expect(scratchFolders()).toEqual([]);
}, 60_000);

function run(program: string): Promise<{ stderr: string }> {
  return new Promise((resolve) => {
    let stderr = "";
    const child = spawn(program, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("close", () => {
      resolve({ stderr });
    });
  });
}
