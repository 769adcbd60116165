import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

import { kindPart } from "../../../bench/kind/part";
import { companionsOf, kubernetesVersions, newestKubernetes } from "../../../toolchain/kubernetes-versions";
import {
  allParts,
  everydayParts,
  everydayPartsOf,
  kubernetesParts,
  type Part,
  partOf,
  parts,
} from "../../../toolchain/parts";
import { filesOf } from "../../../toolchain/parts/files";
import versions from "../../../toolchain/versions.json";

const moduleCache = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim();

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

describe.each([...allParts, kindPart])("$name", (part) => {
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
  expect(allParts.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([
    "kubernetes-1.36.3",
    "kubernetes-1.35.4",
    "etcd-3.6.8",
    "etcd-3.6.6",
    "coredns-1.14.2",
    "coredns-1.13.1",
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

describe.each(kubernetesVersions)("Kubernetes %s", (version) => {
  const { kubernetes, etcd, coredns } = kubernetesParts(version);

  const module = path.join(moduleCache, `k8s.io/kubernetes@v${version}`);
  // Its code is 300 MB: it is compared where it is there, as it is once it was built.
  (existsSync(module) ? it : it.skip)(
    "comes with the etcd, CoreDNS and pause that its own kubeadm names",
    () => {
      const text = readFileSync(path.join(module, "cmd/kubeadm/app/constants/constants.go"), "utf8");
      const named = (constant: string): string =>
        new RegExp(`\\t${constant} = "v?([0-9.]+)`).exec(text)?.[1] ?? "";
      expect(companionsOf(version)).toEqual({
        etcd: named("DefaultEtcdVersion"),
        coredns: named("CoreDNSVersion"),
        pause: named("PauseVersion"),
      });
      expect([etcd.version, coredns.version]).toEqual([named("DefaultEtcdVersion"), named("CoreDNSVersion")]);
    },
  );

  it("is built for who wants it, without another version of the same", () => {
    const versioned = everydayPartsOf(version).filter(({ code }) => code !== undefined);
    expect(versioned).toEqual([kubernetes, etcd, coredns]);
    const others = (of: readonly Part[]): Part[] => of.filter(({ code }) => code === undefined);
    expect(others(everydayPartsOf(version))).toEqual(others(everydayParts));
  });

  it("has its programs from one file of code, which is the same for every version", () => {
    expect(kubernetes.code).toBe(path.dirname(kubernetes.source));
    expect([...filesOf(kubernetes).keys()]).toEqual(["go.mod", "go.sum", "main.go"]);
  });
});

it("has the newest version first, which is what a new environment gets", () => {
  expect(kubernetesVersions[0]).toBe(newestKubernetes);
  expect([...kubernetesVersions].sort().reverse()).toEqual(kubernetesVersions);
  expect(everydayParts).toEqual(everydayPartsOf(newestKubernetes));
});

it("refuses a part, and a version, that there is not", () => {
  expect(() => partOf("kubernetes")).toThrow("no such part: kubernetes");
  expect(() => kubernetesParts("1.30.0")).toThrow(
    "there is no Kubernetes 1.30.0 in the toolchain; it has 1.37.2",
  );
});

const ofKubernetes = kubernetesVersions.map((version) => kubernetesParts(version).kubernetes);
it.each([...ofKubernetes, parts.conformance])(
  "the staging modules of Kubernetes are all of its own release in $name",
  (part) => {
    const { Replace } = goMod(part);
    const staging = (Replace ?? []).filter(({ Old }) => Old.Path.startsWith("k8s.io/"));
    expect(staging.length).toBeGreaterThan(20);
    const release = part.version.replace(/^1/, "v0");
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
