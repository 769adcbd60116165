import { parse } from "yaml";

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

/** How long an answer may take, in milliseconds. */
const patience = 3000;

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: {
      readonly server: string;
      readonly "tls-server-name"?: string;
      readonly "certificate-authority-data": string;
    };
  }[];
  readonly users: readonly {
    readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
  }[];
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  }[];
}

/**
 * Asks the API when machines' certificates end. Every preview does, so it is one request, without Kubernetes' library,
 * which takes most of a second to load.
 * @param kubeconfig as `kubeconfig` of components/pki makes it
 * @returns none when the API does not answer: whatever else asks it says so
 */
export async function certificateEnds(kubeconfig: string): Promise<CertificateEnds[]> {
  try {
    return endsOf(JSON.parse(await listNodes(kubeconfig)) as NodeList);
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

async function listNodes(kubeconfig: string): Promise<string> {
  const { get } = await import("node:https");
  const { clusters, users } = parse(kubeconfig) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error("a kubeconfig of another kind");
  const decoded = (data: string): Buffer => Buffer.from(data, "base64");
  const serverName = cluster["tls-server-name"];
  const options = {
    ca: decoded(cluster["certificate-authority-data"]),
    cert: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
    ...(serverName !== undefined && { servername: serverName }),
    agent: false as const,
    signal: AbortSignal.timeout(patience),
  };
  return await new Promise((resolve, reject) => {
    get(new URL("/api/v1/nodes", cluster.server), options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`the API answered ${response.statusCode ?? 0}`));
      });
      response.on("error", reject);
    }).on("error", reject);
  });
}
