import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { partDirectory, partKey, toolchainMode } from "../../../toolchain/cache";
import { imageName } from "../../../toolchain/images";
import { type ToolchainMode, rememberMode, rememberedMode, requestedMode } from "../../../toolchain/mode";
import { everydayParts } from "../../../toolchain/parts";
import { pulumiHome } from "../../../toolchain/pulumi-home";
import { temporaryFolder } from "../../support/temporary-folder";
import { tinyPart } from "./fixtures/tiny-module";

let cache: string;

beforeEach(() => {
  cache = temporaryFolder();
  process.env.SLIPWAY_CACHE = cache;
});

afterEach(() => {
  delete process.env.SLIPWAY_CACHE;
  delete process.env.SLIPWAY_TOOLCHAIN;
});

function pretendBuilt(mode: ToolchainMode): void {
  for (const part of everydayParts) mkdirSync(partDirectory(part, mode), { recursive: true });
}

describe("SLIPWAY_TOOLCHAIN", () => {
  it.each([
    [{}, "auto"],
    [{ SLIPWAY_TOOLCHAIN: "" }, "auto"],
    [{ SLIPWAY_TOOLCHAIN: "auto" }, "auto"],
    [{ SLIPWAY_TOOLCHAIN: "source" }, "source"],
    [{ SLIPWAY_TOOLCHAIN: "release" }, "release"],
  ])("of %j asks for %s", (environment, expected) => {
    expect(requestedMode(environment)).toBe(expected);
  });

  it.each(["Release", "relase", " ", "source,release"])("of %j is refused in one sentence", (value) => {
    process.env.SLIPWAY_TOOLCHAIN = value;
    expect(() => toolchainMode()).toThrow(`SLIPWAY_TOOLCHAIN is "${value}"; write auto, source or release`);
  });

  it("counts more than what was remembered", () => {
    rememberMode("release");
    process.env.SLIPWAY_TOOLCHAIN = "source";
    expect(toolchainMode()).toBe("source");
  });
});

describe("the mode of a command that asks no network", () => {
  it("is what was remembered, whatever is built", () => {
    pretendBuilt("source");
    rememberMode("release");
    expect(toolchainMode()).toBe("release");
    rememberMode("source");
    expect(toolchainMode()).toBe("source");
  });

  it("is kept in one file, which appears whole", () => {
    rememberMode("release");
    expect(readdirSync(path.join(cache, "toolchain"))).toEqual(["mode"]);
    expect(readFileSync(path.join(cache, "toolchain", "mode"), "utf8")).toBe("release\n");
  });

  it.each<[string, ToolchainMode[], ToolchainMode]>([
    ["source when nothing is built", [], "source"],
    ["release when that is what is built", ["release"], "release"],
    ["source when both are", ["source", "release"], "source"],
  ])("is %s and nothing remembered", (_, built, expected) => {
    built.forEach(pretendBuilt);
    expect(toolchainMode()).toBe(expected);
  });

  it("is source when something else stands in the file", () => {
    mkdirSync(path.join(cache, "toolchain"));
    writeFileSync(path.join(cache, "toolchain", "mode"), "rel");
    expect(rememberedMode()).toBeUndefined();
    expect(toolchainMode()).toBe("source");
  });
});

describe("what is made", () => {
  it("has other names in each mode, where it is made of other programs", () => {
    const names = (): string[] => [
      ...everydayParts.map((part) => partDirectory(part)),
      pulumiHome(),
      imageName("machine"),
      imageName("registry"),
    ];
    const source = names();
    rememberMode("release");
    const release = names();
    expect(release.filter((name) => source.includes(name))).toEqual([]);
  });

  it("has the same name where it is not", () => {
    const names = (): string[] => [imageName("debian"), imageName("load-balancer"), imageName("node")];
    const source = names();
    rememberMode("release");
    expect(names()).toEqual(source);
  });

  it("is built from source in both modes where nothing is released", () => {
    expect(partKey(tinyPart(), "release")).toBe(partKey(tinyPart(), "source"));
  });
});
