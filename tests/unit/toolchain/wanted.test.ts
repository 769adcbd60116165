import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { imagesOnDemand } from "../../../toolchain/images/images";
import { type Part, everydayParts, parts } from "../../../toolchain/parts";
import {
  type Demand,
  demandOf,
  wantedImages,
  wantedParts,
  wantsMachineFiles,
} from "../../../toolchain/wanted";

/** Names of the parts that are wanted beside those of every environment. */
function furtherParts(demand: Demand): string[] {
  return wantedParts(demand)
    .filter((part) => !everydayParts.includes(part))
    .map(({ name }) => name);
}

describe("an environment", () => {
  it("without settings wants what every environment needs, Skipper among it", () => {
    expect(wantedParts({ settings: {} })).toEqual(everydayParts);
    expect(everydayParts).toContain(parts.skipper);
    expect(wantedImages({ settings: {} })).toEqual([]);
  });

  it.each([[{}], [true], [{ source: { url: "https://git.example/x" } }], ["true"]])(
    "with gitops: %j wants Flux and Gitea",
    (gitops) => {
      const settings = { gitops, ports: { shop: 8080 } };
      expect(wantedImages({ settings })).toEqual(["source-controller", "kustomize-controller", "gitea"]);
      expect(furtherParts({ settings })).toEqual(["source-controller", "kustomize-controller", "gitea"]);
    },
  );

  it.each([[undefined], [null], [false], ["false"]])("with gitops: %j wants nothing of it", (gitops) => {
    expect(wantedParts({ settings: { gitops } })).toEqual(everydayParts);
    expect(wantedImages({ settings: { gitops } })).toEqual([]);
  });

  it("is not troubled by a setting that does not exist", () => {
    expect(wantedParts({ settings: { gitopps: {}, constructor: {} } })).toEqual(everydayParts);
  });

  it("gets its parts in the order of building, each once", () => {
    const wanted = wantedParts({ settings: { gitops: {} }, purpose: "tests" });
    expect(wanted).toEqual(Object.values(parts).filter((part) => wanted.includes(part)));
  });
});

describe("a purpose", () => {
  const onlyForAws = ["aws-cloud-controller-manager", "kubelet-certificate-approver"];

  it("of tests wants every image and part but the conformance suite and what is for AWS", () => {
    const demand: Demand = { settings: {}, purpose: "tests" };
    const images = Object.keys(imagesOnDemand).filter((name) => !onlyForAws.includes(name));
    expect(wantedImages(demand).sort()).toEqual(images.sort());
    const others: Part[] = [
      parts.conformance,
      parts["pulumi-resource-aws"],
      parts["cloud-provider-aws"],
      parts["kubelet-certificate-approver"],
      parts["session-manager-plugin"],
    ];
    expect(wantedParts(demand)).toEqual(Object.values(parts).filter((part) => !others.includes(part)));
  });

  it("of pipelines wants their agents' image, and Helm, which is in that", () => {
    expect(wantedImages({ settings: {}, purpose: "pipelines" })).toEqual(["agent"]);
    expect(furtherParts({ settings: {}, purpose: "pipelines" })).toEqual(["helm"]);
  });

  it.each([{ settings: {}, purpose: "aws" }, { settings: { platform: "aws" } }] satisfies Demand[])(
    "or platform of AWS wants the plugins, and what runs in clusters there: %j",
    (demand) => {
      expect(furtherParts(demand)).toEqual([
        "pulumi-resource-aws",
        "cloud-provider-aws",
        "kubelet-certificate-approver",
        "session-manager-plugin",
      ]);
      expect(wantedImages(demand)).toEqual(onlyForAws);
    },
  );

  it.each([
    [{ settings: {}, purpose: "aws" }, true],
    [{ settings: { platform: "aws" } }, true],
    [{ settings: { platform: "aws", aws: { machineFiles: "bucket" } } }, true],
    [{ settings: { platform: "aws", aws: { machineFiles: "image" } } }, false],
    [{ settings: {}, purpose: "tests" }, false],
    [{ settings: {} }, false],
  ] satisfies [Demand, boolean][])(
    "of %j wants what makes machines of stock systems: %s",
    (demand, wants) => {
      expect(wantsMachineFiles(demand)).toBe(wants);
    },
  );

  it("adds to what the environment wants, each once", () => {
    const demand: Demand = { settings: { gitops: {} }, purpose: "tests" };
    const images = wantedImages(demand);
    expect(images).toEqual([...new Set(images)]);
    expect(images).toEqual(expect.arrayContaining(["gitea", "agent"]));
  });
});

describe("demandOf", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "slipway-wanted-"));
    process.env.SLIPWAY_CONFIG = path.join(folder, "settings.yaml");
  });

  afterEach(() => {
    delete process.env.SLIPWAY_CONFIG;
    rmSync(folder, { recursive: true });
  });

  it("reads the settings of the environment that it is told", () => {
    writeFileSync(path.join(folder, "settings.yaml"), "config:\n  slipway:gitops: {}\n");
    expect(demandOf({ environment: "dev" })).toEqual({ settings: { gitops: {} } });
    expect(demandOf({})).toEqual({ settings: {} });
  });

  it("takes a purpose", () => {
    expect(demandOf({ for: "tests" })).toEqual({ settings: {}, purpose: "tests" });
  });

  it.each(["test", "", "constructor"])("refuses the purpose %j, and says which there are", (purpose) => {
    expect(() => demandOf({ for: purpose })).toThrow(`--for is "${purpose}"; write tests, pipelines, aws`);
  });
});
