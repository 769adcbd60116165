// Nightly (`make test-clusters`): 4 minutes.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { isBuilt, partDirectory } from "../../toolchain/cache";
import { imageName } from "../../toolchain/images";
import { ensure } from "../../toolchain/images/build";
import { inThisMode } from "../../toolchain/images/images";
import { nameOf } from "../../toolchain/images/keys";
import { bareMachine, podImages } from "../../toolchain/images/machine-images";
import { everydayParts } from "../../toolchain/parts";
import { goArchitecture } from "../../toolchain/places";
import type { FetchRecord } from "../../toolchain/release/fetch-part";
import { releasesFor } from "../../toolchain/release/releases";
import { FileServer } from "../support/file-server";
import { writeMirror } from "../support/release-mirror";
import { TestEnvironment } from "../support/test-environment";

// The official hosts are stood in for by a mirror on this machine, in their layout, with the programs that the toolchain
// has built from source: what is fetched, checked, packed into images and booted is what runs elsewhere as well.

const run = promisify(execFile);
const minutes = (count: number): number => count * 60_000;
const folder = mkdtempSync(path.join(tmpdir(), "slipway-release-mode-"));

let server: FileServer;
let environment: TestEnvironment;

beforeAll(async () => {
  const programs = new Map(everydayParts.map((part) => [part.name, partDirectory(part)]));
  const pause = await pauseProgram();
  server = await FileServer.start();
  const everyday = Object.entries(releasesFor(goArchitecture)).filter(([part]) => programs.has(part));
  writeMirror(server.root, Object.fromEntries(everyday), goArchitecture, (part, name) =>
    name === "pause" ? pause : path.join(programs.get(part) ?? "", name),
  );
  process.env.SLIPWAY_CACHE = path.join(folder, "cache");
  process.env.SLIPWAY_TOOLCHAIN = "release";
  process.env.SLIPWAY_RELEASE_MIRROR = server.url;
  environment = new TestEnvironment({});
}, minutes(5));

afterAll(async () => {
  await environment.destroy();
  const images = [
    imageName("machine"),
    ...[bareMachine(), ...podImages()].map((image) => nameOf(inThisMode(image))),
  ];
  await run("docker", ["image", "rm", ...images]).catch(() => undefined);
  for (const name of ["CACHE", "TOOLCHAIN", "RELEASE_MIRROR"])
    Reflect.deleteProperty(process.env, `SLIPWAY_${name}`);
  await server.stop();
  rmSync(folder, { recursive: true });
}, minutes(5));

/** Built from source it is a file of C until its image is built; published it is a program. */
async function pauseProgram(): Promise<string> {
  const image = podImages().find(({ name }) => name === "pod-pause");
  if (!image) throw new Error("no pod image is pause");
  await ensure(image, () => undefined);
  const { stdout } = await run("docker", ["create", nameOf(image), "none"]);
  const container = stdout.trim();
  const file = path.join(folder, "pause");
  try {
    await run("docker", ["cp", `${container}:/pause`, file]);
  } finally {
    await run("docker", ["rm", container]);
  }
  return file;
}

describe("release mode", () => {
  it(
    "brings the environment up from what was fetched, and says so",
    async () => {
      const { output, failed } = await environment.make("up");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
      expect(output).toMatch(/^toolchain: release/m);
      expect(await environment.shopStatus()).toBe(200);
      await environment.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=60s");
    },
    minutes(15),
  );

  it("has every part by its published checksum, and none built", () => {
    const records = everydayParts.map((part): [string, string] => {
      expect(isBuilt(part)).toBe(true);
      const record = readFileSync(path.join(partDirectory(part), "build.json"), "utf8");
      const { mode, sources } = JSON.parse(record) as FetchRecord;
      expect(Object.values(sources).every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
      return [part.name, mode];
    });
    expect(records).toEqual(everydayParts.map(({ name }) => [name, "release"]));
  });

  it("boots machines of an image of its own", async () => {
    const image = await environment.docker(["inspect", "--format", "{{.Image}}"], "worker-0");
    const { stdout } = await run("docker", ["image", "inspect", "--format", "{{.Id}}", imageName("machine")]);
    expect(image).toBe(stdout.trim());
  });

  it(
    "asks nobody the second time, and changes nothing",
    async () => {
      server.seen.length = 0;
      const { output, failed } = await environment.make("up");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
      expect(output).not.toMatch(/^\s+[+~-].* (create|update|replace|delete)d? /m);
      expect(output).toMatch(/unchanged/);
      expect(server.seen).toEqual([]);
    },
    minutes(5),
  );

  it(
    "takes it down",
    async () => {
      const { output, failed } = await environment.make("down");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    },
    minutes(5),
  );
});
