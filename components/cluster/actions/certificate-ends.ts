import { quickGet } from "./quick-get";

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

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  }[];
}

/**
 * Asks the API when machines' certificates end. Every preview does, so it is one request.
 * @param kubeconfig as `kubeconfig` of components/pki makes it
 * @returns none when the API does not answer: whatever else asks it says so
 */
export async function certificateEnds(kubeconfig: string): Promise<CertificateEnds[]> {
  try {
    return endsOf((await quickGet(kubeconfig, "/api/v1/nodes")) as NodeList);
  } catch {
    return [];
  }
}

function endsOf({ items }: NodeList): CertificateEnds[] {
  const date = (text: string | undefined): Date | undefined =>
    text === undefined || text === "" ? undefined : new Date(Number(text) * 1000);
  return items.map(({ metadata: { name, annotations: said = {} } }) => ({
    node: name,
    machine: date(said[annotations.machine]),
    kubelet: date(said[annotations.kubelet]),
  }));
}
