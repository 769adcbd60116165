/** What the platform's pods run: upstream's names, less the version. */
export const upstreamNames = {
  "kube-proxy": "registry.k8s.io/kube-proxy",
  "kube-router": "docker.io/cloudnativelabs/kube-router",
  coredns: "registry.k8s.io/coredns/coredns",
  "local-path-provisioner": "docker.io/rancher/local-path-provisioner",
  "metrics-server": "registry.k8s.io/metrics-server/metrics-server",
  skipper: "ghcr.io/zalando/skipper",
} as const;

/** One of these programs. */
export type UpstreamProgram = keyof typeof upstreamNames;

/** Any that a machine brings: these, and our own, which has no name elsewhere. */
export type PlatformProgram = UpstreamProgram | "kubelet-certificate-approver";

/** Name of its image as it is published. */
export function upstreamName(program: UpstreamProgram, version: string): string {
  return `${upstreamNames[program]}:v${version}`;
}

/**
 * The name by which a machine has its image, without a version: the machine's image is the version. So pods on machines of
 * several versions are described alike, and each runs what its own machine has.
 */
export function bundledName(program: PlatformProgram): string {
  return `machine.slipway.dev/${program}:bundled`;
}
