import versions from "./versions.json";

/** A Kubernetes version that the toolchain knows, without a leading `v`. */
export type KubernetesVersion = keyof typeof versions.kubernetes;

/** What belongs to a Kubernetes version: the versions that its kubeadm names in `cmd/kubeadm/app/constants`. */
export interface Companions {
  /** Its store; kubeadm's further number of the image's build left out. */
  readonly etcd: string;
  /** Its DNS. */
  readonly coredns: string;
  /** The program that holds a pod's namespaces. */
  readonly pause: string;
}

const known: Readonly<Record<KubernetesVersion, Companions>> = versions.kubernetes;

/** Those that there are, the newest first. */
export const kubernetesVersions = sortedVersions(Object.keys(known)).reverse() as [
  KubernetesVersion,
  ...KubernetesVersion[],
];

/** The one that a new environment gets. */
export const [newestKubernetes] = kubernetesVersions;

/** The only one that there was before machines said on their containers which they have. */
export const kubernetesBeforeLabels: KubernetesVersion = "1.36.3";

/** Whether the toolchain has it. */
export function isKubernetesVersion(text: unknown): text is KubernetesVersion {
  return typeof text === "string" && Object.hasOwn(known, text);
}

/**
 * What belongs to a version.
 *
 * @throws Error when the toolchain does not have it
 */
export function companionsOf(version: string): Companions {
  return known[checkedVersion(version)];
}

/** @throws Error when the toolchain does not have it */
export function checkedVersion(version: string): KubernetesVersion {
  if (isKubernetesVersion(version)) return version;
  throw new Error(
    `there is no Kubernetes ${version} in the toolchain; it has ${kubernetesVersions.join(", ")}`,
  );
}

/** Versions of three numbers, the lowest first. */
export function sortedVersions(some: readonly string[]): string[] {
  return [...some].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}
