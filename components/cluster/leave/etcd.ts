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

/** The other control planes whose etcd pods run. */
async function otherControlPlanes(api: CoreV1Api, own: string): Promise<string[]> {
  const { items } = await api.listNamespacedPod({
    namespace: "kube-system",
    labelSelector: "component=etcd",
    fieldSelector: "status.phase=Running",
  });
  return items.flatMap(({ spec }) => spec?.nodeName ?? []).filter((node) => node !== own);
}

/**
 * Waits until every etcd member answers: another one may go only then, or the rest may lose its majority.
 *
 * @param controlPlane the one that is asked
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

/**
 * Takes a control plane's etcd out of the cluster, so that its absence does not count against the majority. Nothing is
 * done when it is out already, or the last one, which goes with the cluster itself.
 *
 * @throws Error with etcdctl's own words when the members are not healthy in time, or none of the others can be asked
 */
export async function removeEtcdMember(
  api: CoreV1Api,
  config: KubeConfig,
  controlPlane: string,
  timeoutSeconds: number,
): Promise<void> {
  let failure: unknown;
  for (const other of await otherControlPlanes(api, controlPlane)) {
    try {
      const members = parseMembers(await inEtcdPod(config, other, "member", "list", "--write-out=json"));
      const own = members.find(({ name }) => name === controlPlane);
      if (own === undefined) return;
      await waitForEtcd(config, other, timeoutSeconds);
      await inEtcdPod(config, other, "member", "remove", BigInt(own.ID).toString(16));
      return;
    } catch (error) {
      // One that has just left itself, say: the next one is asked.
      failure = error;
    }
  }
  if (failure !== undefined) throw failure as Error;
}
