import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { imagesOnDemand } from "../../../toolchain/images/images";
import { newestKubernetes } from "../../../toolchain/kubernetes-versions";
import {
  allParts,
  type Part,
  everydayParts,
  everydayPartsOf,
  kubernetesParts,
  parts,
} from "../../../toolchain/parts";
import {
  type Demand,
  demandOf,
  wantedImages,
  builtParts,
  wantedParts,
  wantedVersions,
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
    expect(wanted).toEqual(allParts.filter((part) => wanted.includes(part)));
  });
});

describe("the version of Kubernetes", () => {
  const of = (demand: Demand): readonly string[] => wantedVersions(demand);

  it("is what the settings say, else the newest", () => {
    expect(of({ settings: {} })).toEqual([newestKubernetes]);
    expect(of({ settings: { kubernetesVersion: "1.35.4" } })).toEqual(["1.35.4"]);
  });

  it.each([["1.0.0"], [1.36], [null], [{}], ["constructor"]])(
    "that the settings write as %j is none: the program says so",
    (kubernetesVersion) => {
      expect(of({ settings: { kubernetesVersion } })).toEqual([newestKubernetes]);
    },
  );

  it("decides which parts are built, and those of no other version are", () => {
    const demand: Demand = { settings: { kubernetesVersion: "1.35.4" } };
    expect(wantedParts(demand)).toEqual(everydayPartsOf("1.35.4"));
    expect(wantedParts(demand)).not.toContain(kubernetesParts().kubernetes);
  });

  it("may be several, with what they share built once", () => {
    const demand: Demand = { settings: {}, versions: ["1.36.3", "1.35.4"] };
    const wanted = wantedParts(demand);
    expect(new Set(wanted).size).toBe(wanted.length);
    expect(wanted.filter(({ code }) => code !== undefined).map(({ name }) => name)).toEqual([
      "kubernetes-1.36.3",
      "kubernetes-1.35.4",
      "etcd-3.6.8",
      "etcd-3.6.6",
      "coredns-1.14.2",
      "coredns-1.13.1",
    ]);
  });

  it("of what runs in pipelines is the newest, whatever the environment's is", () => {
    const demand: Demand = { settings: { kubernetesVersion: "1.35.4" }, purpose: "pipelines" };
    expect(wantedParts(demand)).toContain(kubernetesParts().kubernetes);
    expect(wantedParts(demand)).not.toContain(kubernetesParts().etcd);
  });
});

describe("where parts are built", () => {
  it("local machines bring the approver of kubelets' certificates, which no release has", () => {
    expect(builtParts({ settings: {} })).toEqual([parts["kubelet-certificate-approver"]]);
    expect(builtParts({ settings: { platform: "aws" } })).toEqual([]);
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
    const older = allParts.filter((part) => part.code !== undefined && !everydayParts.includes(part));
    expect(wantedParts(demand)).toEqual(allParts.filter((part) => ![...others, ...older].includes(part)));
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
  const configure = (text: string): void => {
    writeFileSync(path.join(folder, "settings.yaml"), text);
  };
  const dev = { environment: "dev" };
  const isNew = (): Promise<string[]> => Promise.resolve([]);
  const runs = (version: string) => (): Promise<string[]> => Promise.resolve([version]);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "slipway-wanted-"));
    process.env.SLIPWAY_CONFIG = path.join(folder, "settings.yaml");
  });

  afterEach(() => {
    delete process.env.SLIPWAY_CONFIG;
    rmSync(folder, { recursive: true });
  });

  it("reads the settings of the environment that it is told", async () => {
    configure("config:\n  slipway:gitops: {}\n");
    const versions = [newestKubernetes];
    expect(await demandOf(dev, isNew)).toEqual({ settings: { gitops: {} }, versions });
    expect(await demandOf({})).toEqual({ settings: {}, versions });
  });

  it("wants the version that an environment runs where its settings leave it open", async () => {
    expect((await demandOf(dev, runs("1.35.4"))).versions).toEqual(["1.35.4"]);
    configure('config:\n  slipway:kubernetesVersion: "1.36.3"\n');
    expect((await demandOf(dev, runs("1.35.4"))).versions).toEqual(["1.36.3"]);
    expect((await demandOf({}, runs("1.35.4"))).versions).toEqual([newestKubernetes]);
  });

  it("wants the newest where the environment's is one that the toolchain does not have, or nobody answers", async () => {
    expect((await demandOf(dev, runs("1.30.0"))).versions).toEqual([newestKubernetes]);
    const silent = (): Promise<never> => Promise.reject(new Error("no daemon"));
    expect((await demandOf(dev, silent)).versions).toEqual([newestKubernetes]);
  });

  it("takes versions in place of the environment's", async () => {
    configure('config:\n  slipway:kubernetesVersion: "1.36.3"\n');
    const { versions } = await demandOf({ ...dev, kubernetes: "1.35.4,1.37.2" }, runs("1.36.3"));
    expect(versions).toEqual(["1.35.4", "1.37.2"]);
    await expect(demandOf({ kubernetes: "1.35.4,1.2.3" })).rejects.toThrow("there is no Kubernetes 1.2.3");
  });

  it("takes a purpose", async () => {
    expect(await demandOf({ for: "tests" })).toEqual({
      settings: {},
      purpose: "tests",
      versions: [newestKubernetes],
    });
  });

  it.each(["test", "", "constructor"])(
    "refuses the purpose %j, and says which there are",
    async (purpose) => {
      await expect(demandOf({ for: purpose })).rejects.toThrow(
        `--for is "${purpose}"; write tests, pipelines, aws`,
      );
    },
  );
});
