import { parse } from "yaml";

/** How long an answer may take, in milliseconds. */
const patience = 3000;

/** As `kubeconfig` of components/pki makes it. */
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

/**
 * What the API answers to a GET, for what every preview asks: without Kubernetes' library, which takes most of a second to
 * load, and without patience.
 * @param kubeconfig as `kubeconfig` of components/pki makes it
 * @param path such as `/api/v1/nodes`
 * @throws Error when there is no answer in time, or another one than 200
 */
export async function quickGet(kubeconfig: string, path: string): Promise<unknown> {
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
  const text = await new Promise<string>((resolve, reject) => {
    get(new URL(path, cluster.server), options, (response) => {
      let said = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (said += chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(said);
        else reject(new Error(`the API answered ${response.statusCode ?? 0}`));
      });
      response.on("error", reject);
    }).on("error", reject);
  });
  return JSON.parse(text);
}
