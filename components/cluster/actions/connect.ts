import type { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";

/** A way to the API of the cluster that a kubeconfig leads to. */
export interface Connection {
  readonly config: KubeConfig;
  readonly api: CoreV1Api;
  readonly policy: PolicyV1Api;
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
  return { config, api: config.makeApiClient(Core), policy: config.makeApiClient(Policy) };
}
