import type { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";

/** What is read of a cluster about its workloads. */
export interface Connection {
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
}

/**
 * The library is loaded here, as it takes most of a second and a preview never asks.
 * @param kubeconfig of the cluster; empty for the one that kubectl would take
 */
export async function connect(kubeconfig: string): Promise<Connection> {
  const { AppsV1Api: Apps, CoreV1Api: Core, KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  if (kubeconfig === "") config.loadFromDefault();
  else config.loadFromString(kubeconfig);
  return { apps: config.makeApiClient(Apps), core: config.makeApiClient(Core) };
}
