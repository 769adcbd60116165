import type { RequestOptions } from "node:https";

import { backupConfigMap } from "./cluster-backup";
import { backupFinding, type BackupObject } from "./backup-status";

const timeoutMilliseconds = 3000;

interface Kubeconfig {
  readonly clusters: readonly [
    {
      readonly cluster: { server: string; "certificate-authority-data": string; "tls-server-name"?: string };
    },
  ];
  readonly users: readonly [
    { readonly user: { "client-certificate-data": string; "client-key-data": string } },
  ];
}

/**
 * What is wrong with the backups of a cluster, in one sentence; undefined when nothing is, when they are switched off, and
 * when the API does not answer at once. Asked at each preview, so without the Kubernetes library, which takes most of a second
 * to load.
 * @param kubeconfig the administrator's, as components/pki writes it
 */
export async function lookAtBackup(kubeconfig: string): Promise<string | undefined> {
  try {
    const found = await read(kubeconfig);
    return found === undefined ? undefined : backupFinding(found, new Date());
  } catch {
    return undefined;
  }
}

async function read(text: string): Promise<BackupObject | undefined> {
  const [{ parse }, { request }] = await Promise.all([import("yaml"), import("node:https")]);
  const { clusters, users } = parse(text) as Kubeconfig;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const { namespace, name } = backupConfigMap;
  const serverName = cluster["tls-server-name"];
  const options: RequestOptions = {
    ca: pem(cluster["certificate-authority-data"]),
    cert: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
    timeout: timeoutMilliseconds,
    agent: false,
    ...(serverName !== undefined && { servername: serverName }),
  };
  const url = `${cluster.server}/api/v1/namespaces/${namespace}/configmaps/${name}`;
  return await new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => {
        resolve(response.statusCode === 200 ? (JSON.parse(body) as BackupObject) : undefined);
      });
    });
    asked.on("timeout", () => {
      asked.destroy(new Error("the API does not answer"));
    });
    asked.on("error", reject);
    asked.end();
  });
}

const pem = (data: string): Buffer => Buffer.from(data, "base64");
