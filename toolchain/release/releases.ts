import { companionsOf, kubernetesVersions } from "../kubernetes-versions";
import { kubernetesPrograms } from "../parts/kubernetes";
import { goArchitecture } from "../places";
import versions from "../versions.json";

/** A program, or a file that goes with one, that is published as it is. */
export interface FileOrigin {
  kind: "file";
  /** Where it is. */
  url: string;
  /** Where its SHA-256 is published: a hash alone, or lines of `hash  name`. */
  checksum: string;
  /** The name that it gets, if need be after a folder's and `/`. */
  as: string;
}

/** An archive that holds programs: tar, with or without gzip. */
export interface ArchiveOrigin {
  kind: "archive";
  /** Where it is. */
  url: string;
  /** Where its SHA-256 is published: a hash alone, or lines of `hash  name`. */
  checksum: string;
  /** What is taken out of it: the name that it gets to its path in the archive. */
  members: Readonly<Record<string, string>>;
}

/** An image that holds programs which are published in no other way. Its digests are its checksums. */
export interface ImageOrigin {
  kind: "image";
  /** Host of the registry, as its API is called. */
  registry: string;
  /** Repository in it. */
  repository: string;
  /** Tag of an image, or of an index with one for each architecture. */
  tag: string;
  /** What is taken out of it: the name that it gets to its path in the image, without a leading `/`. */
  members: Readonly<Record<string, string>>;
}

/** Something that is fetched. */
export type Origin = FileOrigin | ArchiveOrigin | ImageOrigin;

/** A part as its project publishes it. Plain data, because the cache's key is made of it. */
export interface Release {
  /** The version it reports, without a leading `v`. */
  version: string;
  /** What it is put together from. */
  origins: readonly Origin[];
}

/** A file among those that a GitHub release has attached. */
function attached(repository: string, version: string, file: string): string {
  return `https://github.com/${repository}/releases/download/v${version}/${file}`;
}

/** An archive of programs that lie beside each other in it, below `folder`. */
function archive(url: string, checksum: string, programs: readonly string[], folder = ""): ArchiveOrigin {
  const members = Object.fromEntries(programs.map((program) => [program, `${folder}${program}`]));
  return { kind: "archive", url, checksum, members };
}

/** The Pulumi CLI's archive has the language hosts as well. Its names have `x64` for amd64. */
function pulumiSdk(architecture: string, programs: readonly string[]): Release {
  const version = versions.pulumi;
  const name = `pulumi-v${version}-linux-${architecture === "amd64" ? "x64" : architecture}.tar.gz`;
  const checksums = attached("pulumi/pulumi", version, `pulumi-${version}-checksums.txt`);
  const url = `https://get.pulumi.com/releases/sdk/${name}`;
  return { version, origins: [archive(url, checksums, programs, "pulumi/")] };
}

function pulumiPlugin(name: string, version: string, architecture: string): Release {
  const program = `pulumi-resource-${name}`;
  const url = `https://get.pulumi.com/releases/plugins/${program}-v${version}-linux-${architecture}.tar.gz`;
  const project = `pulumi-${name}`;
  const checksums = attached(`pulumi/${project}`, version, `${project}_${version}_checksums.txt`);
  return { version, origins: [archive(url, checksums, [program])] };
}

function kubernetes(architecture: string, version: string): Release {
  const programs = kubernetesPrograms.map((program): Origin => {
    const url = `https://dl.k8s.io/v${version}/bin/linux/${architecture}/${program}`;
    return { kind: "file", url, checksum: `${url}.sha256`, as: program };
  });
  const pause: ImageOrigin = {
    kind: "image",
    registry: "registry.k8s.io",
    repository: "pause",
    tag: companionsOf(version).pause,
    members: { pause: "pause" },
  };
  return { version, origins: [...programs, pause] };
}

/** A release on GitHub of one archive, whose checksum is in a file beside it. */
function gitHub(
  repository: string,
  version: string,
  file: string,
  checksum: string,
  programs: readonly string[],
  folder?: string,
): Release {
  const [url, checksums] = [file, checksum].map((name) => attached(repository, version, name));
  return { version, origins: [archive(url ?? "", checksums ?? "", programs, folder)] };
}

function containerd(architecture: string): Release {
  const file = `containerd-${versions.containerd}-linux-${architecture}.tar.gz`;
  const programs = ["containerd", "containerd-shim-runc-v2", "ctr"];
  const repository = "containerd/containerd";
  return gitHub(repository, versions.containerd, file, `${file}.sha256sum`, programs, "bin/");
}

function etcd(architecture: string, version: string): Release {
  const name = `etcd-v${version}-linux-${architecture}`;
  const programs = ["etcd", "etcdctl", "etcdutl"];
  return gitHub("etcd-io/etcd", version, `${name}.tar.gz`, "SHA256SUMS", programs, `${name}/`);
}

function coredns(architecture: string, version: string): Release {
  const file = `coredns_${version}_linux_${architecture}.tgz`;
  return gitHub("coredns/coredns", version, file, `${file}.sha256`, ["coredns"]);
}

function kubeRouter(architecture: string): Release {
  const name = `kube-router_${versions.kubeRouter}`;
  const [file, checksums] = [`${name}_linux_${architecture}.tar.gz`, `${name}_checksums.txt`];
  return gitHub("cloudnativelabs/kube-router", versions.kubeRouter, file, checksums, ["kube-router"]);
}

function registry(architecture: string): Release {
  const file = `registry_${versions.registry}_linux_${architecture}.tar.gz`;
  return gitHub("distribution/distribution", versions.registry, file, `${file}.sha256`, ["registry"]);
}

/** Its release's own tool for packing puts the files below the archive's name. */
function skipper(architecture: string): Release {
  const name = `skipper-v${versions.skipper}-linux-${architecture}`;
  const [repository, file] = ["zalando/skipper", `${name}.tar.gz`];
  return gitHub(repository, versions.skipper, file, "sha256sum.txt", ["skipper"], `${name}/`);
}

function helm(architecture: string): Release {
  const version = versions.helm;
  const url = `https://get.helm.sh/helm-v${version}-linux-${architecture}.tar.gz`;
  return { version, origins: [archive(url, `${url}.sha256sum`, ["helm"], `linux-${architecture}/`)] };
}

function k6(architecture: string): Release {
  const name = `k6-v${versions.k6}`;
  const file = `${name}-linux-${architecture}`;
  const checksums = `${name}-checksums.txt`;
  return gitHub("grafana/k6", versions.k6, `${file}.tar.gz`, checksums, ["k6"], `${file}/`);
}

/** The program is published in an image alone, the definitions of its custom resources as a file. */
function fluxController(name: string, version: string): Release {
  const repository = `fluxcd/${name}`;
  const { origins } = fromImage(version, {
    registry: "ghcr.io",
    repository,
    members: { [name]: `usr/local/bin/${name}` },
  });
  const file = `${name}.crds.yaml`;
  const crds: FileOrigin = {
    kind: "file",
    url: attached(repository, version, file),
    checksum: attached(repository, version, `${name}_${version}_checksums.txt`),
    as: `crds/${file}`,
  };
  return { version, origins: [...origins, crds] };
}

function gitea(architecture: string): Release {
  const version = versions.gitea;
  const url = `https://dl.gitea.com/gitea/${version}/gitea-${version}-linux-${architecture}`;
  return { version, origins: [{ kind: "file", url, checksum: `${url}.sha256`, as: "gitea" }] };
}

function fromImage(version: string, image: Omit<ImageOrigin, "kind" | "tag">): Release {
  return { version, origins: [{ kind: "image", tag: `v${version}`, ...image }] };
}

/** Each part's release for an architecture. A part that is not in it is built from source in both modes. */
export function releasesFor(architecture: string): Readonly<Partial<Record<string, Release>>> {
  return {
    ...Object.fromEntries(kubernetesVersions.flatMap((version) => ofKubernetes(architecture, version))),
    pulumi: pulumiSdk(architecture, ["pulumi"]),
    "pulumi-language-nodejs": pulumiSdk(architecture, [
      "pulumi-language-nodejs",
      // Shell scripts by which the engine starts dynamic providers and policy packs.
      "pulumi-resource-pulumi-nodejs",
      "pulumi-analyzer-policy",
    ]),
    "pulumi-resource-docker": pulumiPlugin("docker", versions.pulumiDocker, architecture),
    "pulumi-resource-aws": pulumiPlugin("aws", versions.pulumiAws, architecture),
    "pulumi-resource-kubernetes": pulumiPlugin("kubernetes", versions.pulumiKubernetes, architecture),
    containerd: containerd(architecture),
    "kube-router": kubeRouter(architecture),
    "local-path-provisioner": fromImage(versions.localPathProvisioner, {
      registry: "registry-1.docker.io",
      repository: "rancher/local-path-provisioner",
      members: { "local-path-provisioner": "usr/bin/local-path-provisioner" },
    }),
    "metrics-server": fromImage(versions.metricsServer, {
      registry: "registry.k8s.io",
      repository: "metrics-server/metrics-server",
      members: { "metrics-server": "metrics-server" },
    }),
    registry: registry(architecture),
    skipper: skipper(architecture),
    helm: helm(architecture),
    k6: k6(architecture),
    "source-controller": fluxController("source-controller", versions.sourceController),
    "kustomize-controller": fluxController("kustomize-controller", versions.kustomizeController),
    gitea: gitea(architecture),
  };
}

/** The parts that belong to a version of Kubernetes, by name. */
function ofKubernetes(architecture: string, version: string): [string, Release][] {
  const companions = companionsOf(version);
  return [
    [`kubernetes-${version}`, kubernetes(architecture, version)],
    [`etcd-${companions.etcd}`, etcd(architecture, companions.etcd)],
    [`coredns-${companions.coredns}`, coredns(architecture, companions.coredns)],
  ];
}

const ours = releasesFor(goArchitecture);

/** The release of a part for this machine, by the part's name; undefined if its project publishes none. */
export function releaseOf(name: string): Release | undefined {
  return ours[name];
}

/** Names of the programs that a release gives. */
export function programsOf({ origins }: Release): string[] {
  return origins.flatMap((origin) => (origin.kind === "file" ? [origin.as] : Object.keys(origin.members)));
}
