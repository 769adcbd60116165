import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

import { cacheRoot, partDirectory, partKey } from "../../../toolchain/cache";
import { allParts } from "../../../toolchain/parts";
import { temporaryFolder } from "../../support/temporary-folder";
import { tinyPart } from "./fixtures/tiny-module";

describe("a part's key", () => {
  const part = tinyPart();
  const key = partKey(part);

  it("is the same for the same files at another path", () => {
    const copy = path.join(temporaryFolder(), "elsewhere");
    cpSync(part.source, copy, { recursive: true });
    expect(partKey({ ...part, source: copy })).toBe(key);
  });

  it("does not depend on the order in which files were made", () => {
    const names = ["a.go", "b.go", "sub/c.go", "sub.go"];
    const keys = [names, [...names].reverse()].map((order) => {
      const source = temporaryFolder();
      mkdirSync(path.join(source, "sub"));
      for (const name of order)
        writeFileSync(path.join(source, name), `package ${path.basename(name, ".go")}`);
      return partKey({ ...part, source });
    });
    expect(keys[0]).toBe(keys[1]);
  });

  it.each<[string, (source: string) => void]>([
    [
      "one byte of go.sum",
      (source) => {
        writeFileSync(path.join(source, "go.sum"), "\n");
      },
    ],
    [
      "the code",
      (source) => {
        writeFileSync(path.join(source, "main.go"), "package main\nfunc main() {}\n");
      },
    ],
    [
      "a file more",
      (source) => {
        writeFileSync(path.join(source, "more.txt"), "");
      },
    ],
  ])("changes with %s", (_, change) => {
    const changed = tinyPart();
    expect(partKey(changed)).toBe(key);
    change(changed.source);
    expect(partKey(changed)).not.toBe(key);
  });

  it("tells a file's name from its content", () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(path.join(one, "ab"), "c");
    writeFileSync(path.join(two, "a"), "bc");
    expect(partKey({ ...part, source: one })).not.toBe(partKey({ ...part, source: two }));
  });

  it("covers code that several versions share, but not the folders of other versions beside it", () => {
    const code = temporaryFolder();
    writeFileSync(path.join(code, "shared.go"), "package main\n");
    const shared = partKey({ ...part, code });
    expect(shared).not.toBe(key);
    mkdirSync(path.join(code, "1.2.3"));
    writeFileSync(path.join(code, "1.2.3", "go.mod"), "module other\n");
    expect(partKey({ ...part, code })).toBe(shared);
    writeFileSync(path.join(code, "shared.go"), "package main // changed\n");
    expect(partKey({ ...part, code })).not.toBe(shared);
  });

  it("changes with how the part is built, and not with what is only told of it", () => {
    expect(partKey({ ...part, variables: { "main.version": "1.2.4" } })).not.toBe(key);
    expect(partKey({ ...part, binaries: { other: "." } })).not.toBe(key);
    expect(partKey({ ...part, suites: { "tiny.test": "." } })).not.toBe(key);
    expect(partKey({ ...part, links: {} })).not.toBe(key);
    expect(partKey({ ...part, ships: [{ module: "m", file: "f", as: "a" }] })).not.toBe(key);
    expect(partKey({ ...part, coldMinutes: 99, onDemand: true })).toBe(key);
  });
});

describe("the cache's place", () => {
  it.each([
    [{ SLIPWAY_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    [{ XDG_CACHE_HOME: "/xdg" }, "/xdg/slipway"],
    [{ SLIPWAY_CACHE: "" }, path.join(homedir(), ".cache", "slipway")],
  ])("follows from %j", (environment, expected) => {
    expect(cacheRoot(environment)).toBe(expected);
  });

  it("is outside the repository for every part, and another for each", () => {
    const folders = allParts.map((part) => partDirectory(part));
    expect(new Set(folders).size).toBe(allParts.length);
    const repository = path.join(__dirname, "..", "..", "..") + path.sep;
    expect(folders.filter((folder) => folder.startsWith(repository))).toEqual([]);
  });
});
