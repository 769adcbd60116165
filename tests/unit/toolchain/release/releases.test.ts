import { imagesOnDemand, registry } from "../../../../toolchain/images/images";
import type { Image } from "../../../../toolchain/images/images";
import { bareMachine, podImages } from "../../../../toolchain/images/machine-images";
import { companionsOf, kubernetesVersions } from "../../../../toolchain/kubernetes-versions";
import { allParts } from "../../../../toolchain/parts";
import { type Origin, programsOf, releasesFor } from "../../../../toolchain/release/releases";
import versions from "../../../../toolchain/versions.json";

const architectures = ["amd64", "arm64"];

/** Every address that an origin is fetched from. */
const addressesOf = (origin: Origin): string[] =>
  origin.kind === "image"
    ? [`https://${origin.registry}/v2/${origin.repository}/manifests/${origin.tag}`]
    : [origin.url, origin.checksum];

const addresses = (architecture: string): string[] =>
  Object.values(releasesFor(architecture)).flatMap((release) => release?.origins.flatMap(addressesOf) ?? []);

/** What nobody publishes, or not as a program to be checked by its sum. */
const builtFromSource = [
  "cloud-provider-aws",
  "conformance",
  "kubelet-certificate-approver",
  "session-manager-plugin",
];

it("has a release of every part but the conformance suite and what is our own", () => {
  const all = allParts.map(({ name }) => name).filter((name) => !builtFromSource.includes(name));
  expect(Object.keys(releasesFor("amd64")).sort()).toEqual(all.sort());
});

it.each(architectures)("asks the official hosts alone for %s, by HTTPS", (architecture) => {
  const hosts = new Set(addresses(architecture).map((address) => new URL(address).host));
  expect([...hosts].sort()).toEqual(
    [
      "dl.gitea.com",
      "dl.k8s.io",
      "get.helm.sh",
      "get.pulumi.com",
      "ghcr.io",
      "github.com",
      "registry-1.docker.io",
      "registry.k8s.io",
    ].sort(),
  );
  expect(addresses(architecture).filter((address) => !address.startsWith("https://"))).toEqual([]);
});

it("differs between architectures in each program's address, and in its words for them alone", () => {
  const [amd64 = [], arm64 = []] = architectures.map((architecture) =>
    Object.values(releasesFor(architecture)).flatMap((release) => release?.origins ?? []),
  );
  const urls = (origins: readonly Origin[]): string[] =>
    origins
      .flatMap((origin) => (origin.kind === "image" ? [] : [origin.url]))
      // What a program's custom resources look like does not depend on the machine.
      .filter((url) => !url.endsWith(".crds.yaml"));
  expect(urls(amd64).filter((url) => urls(arm64).includes(url))).toEqual([]);
  expect(urls(amd64).map((url) => url.replaceAll(/amd64|x64/g, "arm64"))).toEqual(urls(arm64));
});

it("is where the projects publish it", () => {
  const { pulumi, pulumiDocker, containerd, kubeRouter } = versions;
  const { skipper, helm, k6, sourceController, gitea } = versions;
  const gitHub = "https://github.com";
  expect(addresses("amd64")).toEqual(
    expect.arrayContaining([
      `https://get.pulumi.com/releases/sdk/pulumi-v${pulumi}-linux-x64.tar.gz`,
      `${gitHub}/pulumi/pulumi/releases/download/v${pulumi}/pulumi-${pulumi}-checksums.txt`,
      `https://get.pulumi.com/releases/plugins/pulumi-resource-docker-v${pulumiDocker}-linux-amd64.tar.gz`,
      `${gitHub}/pulumi/pulumi-docker/releases/download/v${pulumiDocker}/pulumi-docker_${pulumiDocker}_checksums.txt`,
      `${gitHub}/containerd/containerd/releases/download/v${containerd}/containerd-${containerd}-linux-amd64.tar.gz`,
      `${gitHub}/containerd/containerd/releases/download/v${containerd}/containerd-${containerd}-linux-amd64.tar.gz.sha256sum`,
      `${gitHub}/cloudnativelabs/kube-router/releases/download/v${kubeRouter}/kube-router_${kubeRouter}_checksums.txt`,
      `${gitHub}/distribution/distribution/releases/download/v${versions.registry}/registry_${versions.registry}_linux_amd64.tar.gz.sha256`,
      `https://registry-1.docker.io/v2/rancher/local-path-provisioner/manifests/v${versions.localPathProvisioner}`,
      `https://registry.k8s.io/v2/metrics-server/metrics-server/manifests/v${versions.metricsServer}`,
      `${gitHub}/zalando/skipper/releases/download/v${skipper}/skipper-v${skipper}-linux-amd64.tar.gz`,
      `${gitHub}/zalando/skipper/releases/download/v${skipper}/sha256sum.txt`,
      `https://get.helm.sh/helm-v${helm}-linux-amd64.tar.gz`,
      `https://get.helm.sh/helm-v${helm}-linux-amd64.tar.gz.sha256sum`,
      `${gitHub}/grafana/k6/releases/download/v${k6}/k6-v${k6}-linux-amd64.tar.gz`,
      `${gitHub}/grafana/k6/releases/download/v${k6}/k6-v${k6}-checksums.txt`,
      `https://ghcr.io/v2/fluxcd/source-controller/manifests/v${sourceController}`,
      `${gitHub}/fluxcd/source-controller/releases/download/v${sourceController}/source-controller.crds.yaml`,
      `${gitHub}/fluxcd/source-controller/releases/download/v${sourceController}/source-controller_${sourceController}_checksums.txt`,
      `https://ghcr.io/v2/fluxcd/kustomize-controller/manifests/v${versions.kustomizeController}`,
      `https://dl.gitea.com/gitea/${gitea}/gitea-${gitea}-linux-amd64`,
      `https://dl.gitea.com/gitea/${gitea}/gitea-${gitea}-linux-amd64.sha256`,
    ]),
  );
});

it.each(kubernetesVersions)(
  "has Kubernetes %s and what belongs to it where they are published",
  (version) => {
    const { etcd, coredns, pause } = companionsOf(version);
    const gitHub = "https://github.com";
    expect(addresses("amd64")).toEqual(
      expect.arrayContaining([
        `https://dl.k8s.io/v${version}/bin/linux/amd64/kubelet`,
        `https://dl.k8s.io/v${version}/bin/linux/amd64/kubelet.sha256`,
        `https://registry.k8s.io/v2/pause/manifests/${pause}`,
        `${gitHub}/etcd-io/etcd/releases/download/v${etcd}/etcd-v${etcd}-linux-amd64.tar.gz`,
        `${gitHub}/etcd-io/etcd/releases/download/v${etcd}/SHA256SUMS`,
        `${gitHub}/coredns/coredns/releases/download/v${coredns}/coredns_${coredns}_linux_amd64.tgz.sha256`,
      ]),
    );
  },
);

it("has every program that an image is made of in this mode", () => {
  const bases = (image: Image): Image[] => {
    const made = image.release ?? image;
    return [made, ...Object.values(made.images).flatMap(bases)];
  };
  const releases = releasesFor("amd64");
  const machines = kubernetesVersions.flatMap((version) => [bareMachine(version), ...podImages(version)]);
  const images = [registry, ...machines, ...Object.values(imagesOnDemand)];
  for (const { name, programs } of images.flatMap(bases)) {
    for (const [part, files] of Object.entries(programs)) {
      if (builtFromSource.includes(part)) continue;
      const release = releases[part];
      expect([name, release && programsOf(release)]).toEqual([name, expect.arrayContaining([...files])]);
    }
  }
});
