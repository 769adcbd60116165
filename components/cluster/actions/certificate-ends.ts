import type { SeenNode } from "./node-list";

/** When a machine's certificates end, as it says on its Node. */
export interface CertificateEnds {
  readonly node: string;
  /** The first of those that a control plane signs itself; undefined on a worker, and where it has not said yet. */
  readonly machine: Date | undefined;
  /** The first of its kubelet's. */
  readonly kubelet: Date | undefined;
}

/** What machine-image/rootfs/usr/lib/slipway/certificates writes: seconds since 1970. */
const annotations = {
  machine: "slipway.dev/certificates-end",
  kubelet: "slipway.dev/kubelet-certificates-end",
} as const;

/** When machines' certificates end. */
export function certificateEnds(nodes: readonly SeenNode[]): CertificateEnds[] {
  const date = (text: string | undefined): Date | undefined =>
    text === undefined || text === "" ? undefined : new Date(Number(text) * 1000);
  return nodes.map(({ metadata: { name, annotations: said = {} } }) => ({
    node: name,
    machine: date(said[annotations.machine]),
    kubelet: date(said[annotations.kubelet]),
  }));
}
