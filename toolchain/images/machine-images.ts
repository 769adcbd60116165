import { bundledName, upstreamName, type UpstreamProgram } from "../../components/platform/image-names";
import { toolchainMode } from "../cache";
import {
  checkedVersion,
  companionsOf,
  type KubernetesVersion,
  kubernetesVersions,
  newestKubernetes,
} from "../kubernetes-versions";
import { kubernetesParts, parts } from "../parts";
import versions from "../versions.json";
import { debian, type Image, image, imagesOnDemand, type Ingredients, machineSystem } from "./images";

/** An image that is preloaded in a machine, under the names that pods know it by. */
export interface PodImage extends Image {
  /** Its names in containerd's store. */
  podNames: readonly string[];
}

/** What the machine's image of a version of Kubernetes is made of. */
interface MachineImages {
  readonly pods: readonly PodImage[];
  readonly bare: Image;
}

/**
 * Versions of what the platform runs in environments that were made when its pods still named them. A machine of a new image
 * runs such pods until the components have replaced the last of them.
 */
const beforeBundling: Readonly<Record<UpstreamProgram, string>> = {
  "kube-proxy": "1.36.3",
  "kube-router": "2.2.1",
  coredns: "1.14.0",
  "local-path-provisioner": "0.0.30",
  "metrics-server": "0.8.0",
  skipper: "0.22.0",
};

const networkTools = podBase("network-tools", { images: { OS: machineSystem } });

const approver = "kubelet-certificate-approver";

const controlPlanePrograms = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;

/** Made once, as an image is compared with others by being the same. */
const machines = new Map(kubernetesVersions.map((version) => [version, machineImages(version)]));

/**
 * What a machine runs in pods before anything can be pulled.
 *
 * @param version - of Kubernetes; default: the newest
 * @throws Error when the toolchain does not have it
 */
export function podImages(version: string = newestKubernetes): readonly PodImage[] {
  const { pods } = imagesOf(version);
  return bringsApprover() ? pods : pods.filter((pod) => pod.name !== approver);
}

/** A machine without pod images: what its container starts from is `machine`. Likewise. */
export function bareMachine(version: string = newestKubernetes): Image {
  return imagesOf(version).bare;
}

/** Whether machines bring the program that approves what kubelets answer with: it is built, as nobody publishes it. */
export function bringsApprover(): boolean {
  return toolchainMode() === "source";
}

function imagesOf(version: string): MachineImages {
  return machines.get(checkedVersion(version)) ?? machineImages(checkedVersion(version));
}

function machineImages(version: KubernetesVersion): MachineImages {
  return {
    pods: [...staticPods(version), ...platformPods(version)],
    bare: withPrograms(version),
  };
}

/** What kubeadm and containerd start, under the names by which they ask for it: upstream's. */
function staticPods(version: KubernetesVersion): PodImage[] {
  const { etcd, pause } = companionsOf(version);
  const { kubernetes: programs, etcd: store } = kubernetesParts(version);
  const kubernetes = kubernetesPrograms(version);
  return [
    ...controlPlanePrograms.map((program) => ({
      ...podBase(program, { images: { KUBERNETES: kubernetes } }),
      podNames: [`registry.k8s.io/${program}:v${version}`],
    })),
    {
      ...podBase("etcd", { programs: { [store.name]: ["etcd", "etcdctl", "etcdutl"] } }),
      podNames: [`registry.k8s.io/etcd:${etcd}`],
    },
    {
      ...podBase("pause", {
        images: { DEBIAN: debian },
        programs: { [programs.name]: ["pause.c"] },
        args: { VERSION: pause },
      }),
      release: image("pod-pause", "release/pause", { programs: { [programs.name]: ["pause"] } }),
      podNames: [`registry.k8s.io/pause:${pause}`],
    },
  ];
}

/** What the platform's components start, under names that are the same for every version. */
function platformPods(version: KubernetesVersion): PodImage[] {
  const { name: coredns } = kubernetesParts(version).coredns;
  return [
    bundled("kube-proxy", version, {
      images: { KUBERNETES: kubernetesPrograms(version), NETWORK_TOOLS: networkTools },
    }),
    bundled("coredns", companionsOf(version).coredns, {
      images: { OS: machineSystem },
      programs: { [coredns]: ["coredns"] },
    }),
    bundled("kube-router", versions.kubeRouter, {
      images: { DEBIAN: debian, NETWORK_TOOLS: networkTools },
      programs: { "kube-router": ["kube-router"] },
    }),
    bundled("local-path-provisioner", versions.localPathProvisioner, {
      images: { DEBIAN: debian },
      programs: { "local-path-provisioner": ["local-path-provisioner"] },
    }),
    bundled("metrics-server", versions.metricsServer, {
      programs: { "metrics-server": ["metrics-server"] },
    }),
    bundled("skipper", versions.skipper, {
      images: { OS: machineSystem },
      programs: { skipper: ["skipper"] },
    }),
    // Clusters on AWS pull the same from the environment's registry.
    { ...imagesOnDemand[approver], podNames: [bundledName(approver)] },
  ];
}

/** By upstream's name as well, for who brings pods that ask by it. */
function bundled(name: UpstreamProgram, version: string, ingredients: Ingredients): PodImage {
  const named = [version, beforeBundling[name]].map((each) => upstreamName(name, each));
  return { ...podBase(name, ingredients), podNames: [bundledName(name), ...new Set(named)] };
}

/** Kubernetes' programs for pods, in one layer. */
function kubernetesPrograms(version: KubernetesVersion): Image {
  const { name } = kubernetesParts(version).kubernetes;
  return {
    ...podBase("kubernetes", { images: { DEBIAN: debian }, programs: { [name]: ["kubernetes"] } }),
    release: image("pod-kubernetes", "release/kubernetes", {
      programs: { [name]: [...controlPlanePrograms, "kube-proxy"] },
    }),
  };
}

function withPrograms(version: KubernetesVersion): Image {
  const { name } = kubernetesParts(version).kubernetes;
  const shared = image("machine-bare", "../../machine-image", {
    images: { OS: machineSystem },
    programs: { containerd: Object.keys(parts.containerd.binaries) },
    args: { PAUSE_VERSION: companionsOf(version).pause },
  });
  return {
    ...shared,
    release: image("machine-release", "release/machine", {
      images: { MACHINE: shared },
      programs: { [name]: ["kubeadm", "kubectl", "kubelet"] },
    }),
  };
}

function podBase(name: string, ingredients: Ingredients): Image {
  return image(`pod-${name}`, `pods/${name}`, ingredients);
}
