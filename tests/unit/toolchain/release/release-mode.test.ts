// The whole of `release` mode against a mirror on this machine, with a small file for each program.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { buildToolchain } from "../../../../toolchain/build";
import { isBuilt, partDirectory, toolchainDirectory } from "../../../../toolchain/cache";
import { imageName } from "../../../../toolchain/images";
import { type Image, inThisMode, registry } from "../../../../toolchain/images/images";
import { bareMachine, podImages } from "../../../../toolchain/images/machine-images";
import { rememberMode, rememberedMode } from "../../../../toolchain/mode";
import {
  allParts,
  everydayParts,
  everydayPartsOf,
  kubernetesParts,
  partOf,
  parts,
} from "../../../../toolchain/parts";
import { goArchitecture } from "../../../../toolchain/places";
import { assemblePulumiHome } from "../../../../toolchain/pulumi-home";
import { type FetchRecord, downloadsDirectory } from "../../../../toolchain/release/fetch-part";
import { releaseOf, releasesFor } from "../../../../toolchain/release/releases";
import versions from "../../../../toolchain/versions.json";
import { temporaryFolder } from "../../../support/temporary-folder";
import { tinyPart } from "../fixtures/tiny-module";
import { placeOf, writeMirror } from "../../../support/release-mirror";
import { FileServer } from "../../../support/file-server";

// A whole set-up waits for the disk some fifty times.
jest.setTimeout(60_000);

let server: FileServer;
let lines: string[];
const all = everydayParts;
const { kubernetes, etcd, coredns } = kubernetesParts();
const never = new AbortController().signal;

beforeEach(async () => {
  server = await FileServer.start();
  const programs = temporaryFolder();
  writeMirror(server.root, releasesFor(goArchitecture), goArchitecture, (part, name) => {
    const file = path.join(programs, path.basename(name));
    writeFileSync(file, `${name} of ${part}`);
    return file;
  });
  lines = [];
  process.env.SLIPWAY_CACHE = temporaryFolder();
  process.env.SLIPWAY_RELEASE_MIRROR = `${server.url}/`;
});

afterEach(async () => {
  delete process.env.SLIPWAY_CACHE;
  delete process.env.SLIPWAY_RELEASE_MIRROR;
  delete process.env.SLIPWAY_TOOLCHAIN;
  await server.stop();
});

const build = (wanted = all, signal = never): Promise<string> =>
  buildToolchain(wanted, signal, (line) => lines.push(line));

/** Address of a release's file on the mirror. */
const mirrored = (url: string): string => `/${placeOf(url)}`;

/** Address of a part's only file. */
function urlOf(part: string): string {
  const origin = releaseOf(part)?.origins[0];
  return origin && origin.kind !== "image" ? origin.url : "";
}

describe("auto", () => {
  it("takes the releases where everything of them answers, and says so", async () => {
    expect(await build()).toBe("release");
    expect(lines[0]).toBe("toolchain: release, as everything that is missing can be reached");
    expect(rememberedMode()).toBe("release");
  });

  it("asks nobody when everything is there", async () => {
    await build();
    server.seen.length = 0;
    lines = [];
    expect(await build()).toBe("release");
    expect(lines[0]).toBe("toolchain: release, which is in the cache already");
    expect(server.seen).toEqual([]);
  });

  it("stays with source that is built, without asking", async () => {
    for (const part of all) mkdirSync(partDirectory(part, "source"), { recursive: true });
    expect(await build()).toBe("source");
    expect(lines[0]).toBe("toolchain: source, which is in the cache already");
    expect(rememberedMode()).toBe("source");
    expect(server.seen).toEqual([]);
  });

  it.each([
    [
      "a host cannot be reached",
      () => {
        process.env.SLIPWAY_RELEASE_MIRROR = "http://127.0.0.1:1";
      },
      /^toolchain: source, as 127\.0\.0\.1:1 cannot be reached \(.*\)$/,
    ],
    [
      "a file is not there",
      () => {
        rmSync(path.join(server.root, placeOf(urlOf(etcd.name))));
      },
      /^toolchain: source, as 127\.0\.0\.1:\d+ answers 404 to http:.*\/github\.com\/etcd-io\/.*$/,
    ],
    [
      "a host does not answer in time",
      () => {
        server.handlers.set(mirrored(urlOf("registry")), () => () => undefined);
      },
      /^toolchain: source, as 127\.0\.0\.1:\d+ cannot be reached \(no answer within 3 s\)$/,
    ],
  ])("takes source when %s, and says why", async (_, change, expected) => {
    // All but one are built, and that one is refused before anything is compiled: there is no Go.
    for (const part of all.slice(1)) mkdirSync(partDirectory(part, "source"), { recursive: true });
    change();
    const { PATH: realPath } = process.env;
    process.env.PATH = "/nonexistent";
    try {
      await expect(build()).rejects.toThrow("Go is not installed");
    } finally {
      process.env.PATH = realPath;
    }
    expect(lines[0]).toMatch(expected);
    expect(rememberedMode()).toBeUndefined();
  });
});

describe("the cache after release mode", () => {
  it("has every program that the images and Pulumi's home ask for, as they are published", async () => {
    await build();
    for (const part of all) expect([part.name, isBuilt(part)]).toEqual([part.name, true]);
    const asked = [bareMachine(), registry, ...podImages()].flatMap(programsOf);
    expect(asked.length).toBeGreaterThan(14);
    for (const { part, file } of asked) {
      const program = path.join(partDirectory(partOf(part)), file);
      // One image of pause serves several versions of Kubernetes.
      const source = file === "pause" ? "kubernetes-1.36.3" : part;
      expect(readFileSync(program, "utf8")).toBe(`${file} of ${source}`);
      expect(statSync(program).mode & 0o777).toBe(0o755);
    }
    const home = assemblePulumiHome();
    const programs = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(
      programs.map(({ parentPath, name }) => path.relative(home, path.join(parentPath, name))).sort(),
    ).toEqual(
      [
        "bin/kubectl",
        "bin/pulumi",
        "bin/pulumi-analyzer-policy",
        "bin/pulumi-language-nodejs",
        "bin/pulumi-resource-pulumi-nodejs",
        "logs",
        `plugins/resource-docker-v${versions.pulumiDocker}/pulumi-resource-docker`,
        `plugins/resource-kubernetes-v${versions.pulumiKubernetes}/pulumi-resource-kubernetes`,
      ].sort(),
    );
    expect(readFileSync(path.join(home, "bin/kubectl"), "utf8")).toBe(`kubectl of ${kubernetes.name}`);
  });

  it("has nothing else: no downloads, no half-made folders", async () => {
    await build();
    const folders = all.map((part) => path.basename(partDirectory(part)));
    expect(readdirSync(toolchainDirectory()).sort()).toEqual([...folders, "locks", "mode"].sort());
    for (const part of all) {
      const files = readdirSync(partDirectory(part)).filter((name) => name !== "build.json");
      expect(files.sort()).toEqual(Object.keys(recordOf("build.json", part.name).binaries).sort());
    }
  });

  it("says of each program where it is from and what it was checked against", async () => {
    await build();
    expect(recordOf("build.json", etcd.name)).toMatchObject({
      part: etcd.name,
      version: etcd.version,
      mode: "release",
      sources: {
        etcdctl: { from: urlOf(etcd.name), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      },
    });
    const { pause } = recordOf("build.json", kubernetes.name).sources;
    expect(pause?.from).toMatch(/^registry\.k8s\.io\/pause:.*@sha256:/);
  });

  it("was filled with each file fetched once, though two parts are out of one archive", async () => {
    await build();
    const fetched = server.paths.filter((asked) => /\.(tar\.gz|tgz)$|\/blobs\/|\/kube/.test(asked));
    expect(new Set(fetched).size).toBe(fetched.length);
    expect(fetched).toContain(mirrored(urlOf("pulumi")));
  });

  it("told which of how many it fetched, and how much", async () => {
    await build();
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^\[ 1\/13\] kubernetes-1\.37\.2: fetching kube-apiserver \(1 of 8\), 0\.0 of 0\.0 MB$/,
      ),
    );
    expect(lines.filter((line) => line.includes("waiting"))).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^\[ 2\/13\] etcd-3\.7\.0: fetched and checked in 0 s$/),
    );
  });
});

describe("what went wrong", () => {
  beforeEach(() => {
    process.env.SLIPWAY_TOOLCHAIN = "release";
  });

  it("is a wrong checksum: file, address, both checksums, and nothing that counts", async () => {
    writeFileSync(path.join(server.root, placeOf(urlOf(etcd.name))), "changed on the way");
    const failure = await failureOf(build([etcd]));
    expect(failure).toMatch(
      /^etcd-3\.7\.0 could not be fetched: etcd-v.*\.tar\.gz from http:.* is not what was published/,
    );
    expect(failure).toMatch(
      /its SHA-256 is [0-9a-f]{64}, the published one [0-9a-f]{64}\n {2}what to do: Do not go/,
    );
    expect(lines[0]).toBe("toolchain: release, as SLIPWAY_TOOLCHAIN says");
    expect(isBuilt(etcd)).toBe(false);
    expect(readdirSync(downloadsDirectory())).toEqual([]);
    expect(readdirSync(toolchainDirectory()).sort()).toEqual(["downloads", "locks"]);
  });

  it("is a checksum that is not published: nothing is fetched unchecked", async () => {
    const origin = releaseOf(etcd.name)?.origins[0];
    const checksum = origin && "checksum" in origin ? origin.checksum : "";
    rmSync(path.join(server.root, placeOf(checksum)));
    expect(await failureOf(build([etcd]))).toMatch(/SHA256SUMS: the server answered 404 Not Found/);
    writeFileSync(path.join(server.root, placeOf(checksum)), `${"0".repeat(64)}  other.tar.gz\n`);
    expect(await failureOf(build([etcd]))).toMatch(/SHA256SUMS: no SHA-256 of etcd-v/);
    expect(server.paths).not.toContain(mirrored(urlOf(etcd.name)));
  });

  it("is a program that is not in its archive", async () => {
    const [place, checksum] = [etcd, coredns].map(({ name }) => path.join(server.root, placeOf(urlOf(name))));
    writeFileSync(place ?? "", readFileSync(checksum ?? ""));
    const origin = releaseOf(etcd.name)?.origins[0];
    const sums = origin && "checksum" in origin ? origin.checksum : "";
    const hash = readFileSync(`${checksum ?? ""}.sha256`, "utf8").trim();
    writeFileSync(path.join(server.root, placeOf(sums)), `${hash}  ${path.basename(urlOf(etcd.name))}\n`);
    expect(await failureOf(build([etcd]))).toMatch(/etcd-v[^,]*\/etcd, .*\/etcdctl, .* not in the archive/);
    expect(isBuilt(etcd)).toBe(false);
  });

  it("is an interruption: what was there of a part does not count", async () => {
    const interruption = new AbortController();
    const reason = new Error("ended by SIGINT");
    server.handlers.set(mirrored(urlOf(etcd.name)), () => () => {
      interruption.abort(reason);
    });
    await expect(build([etcd], interruption.signal)).rejects.toBe(reason);
    expect(isBuilt(etcd)).toBe(false);
    expect(readdirSync(toolchainDirectory()).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("is a mirror that is no address", async () => {
    process.env.SLIPWAY_RELEASE_MIRROR = "mirror.example";
    await expect(build([etcd])).rejects.toThrow(
      'SLIPWAY_RELEASE_MIRROR is "mirror.example"; write an address, as in https://mirror.example/releases',
    );
  });
});

it("does not remember a mode of which only some parts are there", async () => {
  process.env.SLIPWAY_TOOLCHAIN = "release";
  await build([etcd]);
  expect(isBuilt(etcd)).toBe(true);
  expect(rememberedMode()).toBeUndefined();
});

it("fetches once when two want the same, and the second says for whom it waits", async () => {
  await Promise.all([build(), build()]);
  const fetched = server.paths.filter((asked) => /\.(tar\.gz|tgz)$|\/blobs\/|\/kube/.test(asked));
  expect(new Set(fetched).size).toBe(fetched.length);
  const waiting = lines.filter((line) => /^toolchain: waiting for process \d*, which fetches$/.test(line));
  expect(waiting).toHaveLength(1);
});

describe("a part on demand", () => {
  const onDemand = allParts.filter((part) => !all.includes(part) && releaseOf(part.name));

  it("is fetched like the others, with the files that go with it", async () => {
    expect(onDemand.length).toBeGreaterThan(4);
    expect(await build([...all, ...onDemand])).toBe("release");
    for (const part of onDemand) expect([part.name, isBuilt(part, "release")]).toEqual([part.name, true]);
    const [name, crds] = ["source-controller", "crds/source-controller.crds.yaml"] as const;
    const folder = partDirectory(parts[name], "release");
    expect(readFileSync(path.join(folder, name), "utf8")).toBe(`${name} of ${name}`);
    expect(readFileSync(path.join(folder, crds), "utf8")).toBe(`${crds} of ${name}`);
    expect(recordOf("build.json", name).sources[crds]?.from).toMatch(
      /^https:.*\/source-controller\.crds\.yaml$/,
    );
  });

  it("is of the mode that the others are of already, so that later commands find it", async () => {
    for (const part of all) mkdirSync(partDirectory(part, "source"), { recursive: true });
    rememberMode("source");
    expect(await build([tinyPart()])).toBe("source");
    expect(lines[0]).toBe("toolchain: source, as the parts that are there");
    expect(server.seen).toEqual([]);
  });

  it("without a release is built from source beside the releases of the others", async () => {
    await build();
    lines = [];
    const part = tinyPart();
    expect(await build([part])).toBe("release");
    expect(lines[0]).toBe("toolchain: release, as the parts that are there");
    expect(isBuilt(part)).toBe(true);
  });
});

it("remembers the mode of an environment of an older Kubernetes, which lacks the newest", async () => {
  expect(await build(everydayPartsOf("1.35.4"))).toBe("release");
  expect(rememberedMode()).toBe("release");
  expect(isBuilt(kubernetes)).toBe(false);
  expect(server.paths).toContain(mirrored(urlOf("kubernetes-1.35.4")));
});

it("needs no Go", async () => {
  const { PATH: realPath } = process.env;
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "go"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  process.env.PATH = `${folder}:${realPath ?? ""}`;
  try {
    expect(await build()).toBe("release");
  } finally {
    process.env.PATH = realPath;
  }
});

it("gives the images other names, which need no network", async () => {
  const source = imageName("machine");
  await build();
  await server.stop();
  expect(imageName("machine")).not.toBe(source);
  rememberMode("source");
  expect(imageName("machine")).toBe(source);
  server = await FileServer.start();
});

/** The programs that an image and what it is made from take, in the mode that the toolchain is in. */
function programsOf(wanted: Image): { part: string; file: string }[] {
  const image = inThisMode(wanted);
  const own = Object.entries(image.programs).flatMap(([part, files]) =>
    files.map((file) => ({ part, file })),
  );
  return [...own, ...Object.values(image.images).flatMap(programsOf)];
}

function recordOf(file: string, part: string): FetchRecord {
  const place = path.join(partDirectory(partOf(part)), file);
  expect(existsSync(place)).toBe(true);
  return JSON.parse(readFileSync(place, "utf8")) as FetchRecord;
}

async function failureOf(attempt: Promise<unknown>): Promise<string> {
  const failure: unknown = await attempt.catch((error: unknown) => error);
  return failure instanceof Error ? failure.message : "nothing failed";
}
