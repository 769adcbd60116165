import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";

import { kindPart } from "../../../bench/kind/part";
import { type Part, everydayParts, parts } from "../../../toolchain/parts";
import versions from "../../../toolchain/versions.json";

interface Module {
  Path: string;
  Version?: string;
}

interface GoMod {
  Module: Module;
  Go: string;
  Require: Module[];
  Replace: { Old: Module; New: Module }[] | null;
}

function goMod(part: Part): GoMod {
  const output = execFileSync("go", ["mod", "edit", "-json"], { cwd: part.source, encoding: "utf8" });
  return JSON.parse(output) as GoMod;
}

describe.each([...Object.values(parts), kindPart])("$name", (part) => {
  const { Go, Require, Replace } = goMod(part);
  const selected = [...Require, ...(Replace ?? []).map(({ New }) => New)];

  it("requires the version that versions.json says", () => {
    for (const [module, version] of Object.entries(part.requires)) {
      const found = selected.filter(({ Path, Version }) => Path === module && Version !== "v0.0.0");
      expect(found.map(({ Version }) => Version)).toEqual(found.map(() => version));
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it("asks for no newer Go than the pinned one", () => {
    const [wanted, pinned] = [Go, versions.go].map((go) => go.split(".").map(Number));
    expect(wanted?.[0]).toBe(1);
    expect(wanted?.[1]).toBeLessThanOrEqual(pinned?.[1] ?? 0);
  });

  it("takes nothing from a folder outside its module", () => {
    expect((Replace ?? []).filter(({ New }) => !New.Version && !New.Path.startsWith("./"))).toEqual([]);
  });

  it("builds only packages of modules that go.mod selects, or its own", () => {
    const modules = [...Require, ...(Replace ?? []).map(({ Old }) => Old)].map(({ Path }) => Path);
    for (const goPackage of Object.values({ ...part.binaries, ...part.suites }).filter(
      (each) => each !== ".",
    )) {
      expect(modules.filter((module) => `${goPackage}/`.startsWith(`${module}/`))).not.toEqual([]);
    }
  });
});

it("what not every environment needs is built on demand only", () => {
  const names = everydayParts.map(({ name }) => name);
  expect(Object.keys(parts).filter((name) => !names.includes(name))).toEqual([
    "helm",
    "k6",
    "source-controller",
    "kustomize-controller",
    "gitea",
    "pulumi-resource-aws",
    "cloud-provider-aws",
    "kubelet-certificate-approver",
    "session-manager-plugin",
    "conformance",
  ]);
});

it.each([parts.kubernetes, parts.conformance])(
  "the staging modules of Kubernetes are all of its own release in $name",
  (part) => {
    const { Replace } = goMod(part);
    const staging = (Replace ?? []).filter(({ Old }) => Old.Path.startsWith("k8s.io/"));
    expect(staging.length).toBeGreaterThan(20);
    const release = versions.kubernetes.replace(/^1/, "v0");
    expect(staging.filter(({ New }) => New.Version !== release)).toEqual([]);
  },
);

it("package.json pins the SDKs that match the plugins and the engine", () => {
  const file = path.join(__dirname, "..", "..", "..", "package.json");
  const { devDependencies } = JSON.parse(readFileSync(file, "utf8")) as {
    devDependencies: Record<string, string>;
  };
  expect(devDependencies).toMatchObject({
    "@pulumi/pulumi": versions.pulumi,
    "@pulumi/kubernetes": versions.pulumiKubernetes,
    "@pulumi/docker": versions.pulumiDocker,
  });
});
