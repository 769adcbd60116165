import type { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";

/** A way to the API of the cluster that a kubeconfig leads to. */
export interface Connection {
  readonly config: KubeConfig;
  readonly api: CoreV1Api;
  readonly policy: PolicyV1Api;
  /** The metrics of the API server that answers, as Prometheus reads them. */
  readonly metrics: () => Promise<string>;
}

/** The library is loaded here, as it takes most of a second and a preview without changes never asks. */
export async function connect(kubeconfig: string): Promise<Connection> {
  const {
    CoreV1Api: Core,
    KubeConfig: Config,
    PolicyV1Api: Policy,
  } = await import("@kubernetes/client-node");
  const config = new Config();
  config.loadFromString(kubeconfig);
  return {
    config,
    api: config.makeApiClient(Core),
    policy: config.makeApiClient(Policy),
    metrics: () => read(config, "/metrics"),
  };
}

/** What the API answers to a GET of a path for which the library has no method. */
async function read(config: KubeConfig, path: string): Promise<string> {
  const { request } = await import("node:https");
  const options = {};
  await config.applyToHTTPSOptions(options);
  const url = new URL(path, config.getCurrentCluster()?.server);
  return await new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${path}: the API answered ${response.statusCode ?? 0}`));
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}
