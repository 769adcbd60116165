import type { CoreV1Api, KubeConfig } from "@kubernetes/client-node";

/** An etcd member as `etcdctl member list` tells it. */
interface Member {
  readonly ID: number | string;
  readonly name: string;
}

const folder = "/etc/kubernetes/pki/etcd";
const etcdctl = [
  "etcdctl",
  `--cacert=${folder}/ca.crt`,
  `--cert=${folder}/server.crt`,
  `--key=${folder}/server.key`,
];

/** Runs etcdctl in the etcd pod of a control plane; gives what it printed. */
async function inEtcdPod(config: KubeConfig, controlPlane: string, ...args: string[]): Promise<string> {
  const { Exec } = await import("@kubernetes/client-node");
  const { PassThrough } = await import("node:stream");
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let output = "";
  let errors = "";
  stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    new Exec(config)
      .exec(
        ...(["kube-system", `etcd-${controlPlane}`, "etcd"] as const),
        [...etcdctl, ...args],
        stdout,
        stderr,
        null,
        false,
        ({ status, message }) => {
          if (status === "Success") resolve();
          else
            reject(
              new Error(`etcdctl ${args.join(" ")} on ${controlPlane}: ${errors || (message ?? "failed")}`),
            );
        },
      )
      .catch(reject);
  });
  return output;
}

/** IDs are larger than JavaScript's whole numbers: they are read as text. */
function parseMembers(json: string): Member[] {
  const { members } = JSON.parse(json.replaceAll(/"ID":(\d+)/g, '"ID":"$1"')) as { members: Member[] };
  return members;
}

/** A control plane whose etcd pod runs, other than one's own. */
async function anotherControlPlane(api: CoreV1Api, own: string): Promise<string | undefined> {
  const { items } = await api.listNamespacedPod({
    namespace: "kube-system",
    labelSelector: "component=etcd",
    fieldSelector: "status.phase=Running",
  });
  return items.map(({ spec }) => spec?.nodeName).find((node) => node !== undefined && node !== own);
}

/**
 * Waits until every etcd member answers: another one may go only then, or the rest may lose its majority.
 *
 * @throws Error with etcdctl's own words when that does not happen in time
 */
export async function waitForEtcd(
  config: KubeConfig,
  controlPlane: string,
  timeoutSeconds: number,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      await inEtcdPod(config, controlPlane, "endpoint", "health", "--cluster");
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** Takes a control plane's etcd out of the cluster, so that its absence does not count against the majority. */
export async function removeEtcdMember(
  api: CoreV1Api,
  config: KubeConfig,
  controlPlane: string,
): Promise<void> {
  const other = await anotherControlPlane(api, controlPlane);
  // The last one goes with the cluster itself.
  if (other === undefined) return;
  const members = parseMembers(await inEtcdPod(config, other, "member", "list", "--write-out=json"));
  const own = members.find(({ name }) => name === controlPlane);
  if (own === undefined) return;
  await inEtcdPod(config, other, "member", "remove", BigInt(own.ID).toString(16));
}
