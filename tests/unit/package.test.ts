import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import * as path from "node:path";

import ts from "typescript";

const repository = path.join(__dirname, "..", "..");

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(repository, folder, "package.json"), "utf8")) as Manifest;

const manifest = manifestOf(".");

/** Names of all packages that the components import, types included. */
function importedPackages(): Set<string> {
  const files = readdirSync(path.join(repository, "components"), { recursive: true, encoding: "utf8" });
  const imports = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(path.join(repository, "components", file), "utf8");
      return ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
    })
    .filter((name) => !name.startsWith(".") && !isBuiltin(name));
  return new Set(imports.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name));
}

test("the package asks for what its components import, and for nothing else", () => {
  const { dependencies, peerDependencies } = manifest;
  expect(Object.keys({ ...dependencies, ...peerDependencies }).sort()).toEqual(
    [...importedPackages()].sort(),
  );
});

test("the repository works with the oldest version of each peer that the package accepts", () => {
  for (const [name, range] of Object.entries(manifest.peerDependencies ?? {})) {
    expect({ name, range }).toEqual({ name, range: `^${manifest.devDependencies?.[name] ?? ""}` });
  }
});

test.each(["own-cluster", "own-microservice"])(
  "examples/%s pins the versions that the toolchain has plugins for",
  (example) => {
    const { dependencies, devDependencies } = manifestOf(path.join("examples", example));
    expect(manifest.devDependencies).toMatchObject({ ...dependencies, ...devDependencies });
  },
);
