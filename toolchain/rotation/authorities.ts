import { setTimeout as sleep } from "node:timers/promises";

import type { CoreV1Api, V1ConfigMap, V1Pod } from "@kubernetes/client-node";
import { parse } from "yaml";

import type { Connection } from "../../components/cluster/actions/connect";
import { evict } from "../../components/cluster/actions/drain";
import { passGate } from "../../components/cluster/roll/gate";
import { unreadyOwners, workloadProblems } from "../../components/cluster/roll/health";
import { pemBlocks } from "../../components/pki/pem";
import { apiServerPods, lastBegin } from "./tokens";

/** What pods know the API's authority by, one in each namespace. */
const rootCertificates = "kube-root-ca.crt";
/** In seconds. */
const patience = { published: 180, restarted: 180 };

/** What the administrator's kubeconfig trusts, each in PEM. */
export function trustedBy({ config }: Connection): string[] {
  const data = config.getCurrentCluster()?.caData ?? "";
  return pemBlocks(Buffer.from(data, "base64").toString());
}

/** Namespaces whose pods are not told of all of these certificates yet. */
export function untoldNamespaces(
  published: readonly V1ConfigMap[],
  certificates: readonly string[],
): string[] {
  return published
    .filter(({ data }) => {
      const told = pemBlocks(data?.["ca.crt"] ?? "");
      return certificates.some((certificate) => !told.includes(certificate));
    })
    .map(({ metadata }) => metadata?.namespace ?? "");
}

/** When a ConfigMap was written last, by what the API server notes of its writers. */
function writtenAt({ metadata }: V1ConfigMap): number {
  const times = (metadata?.managedFields ?? []).map(({ time }) => new Date(time ?? 0).getTime());
  return Math.max(new Date(metadata?.creationTimestamp ?? 0).getTime(), ...times);
}

/**
 * Pods that began before they could know of what is trusted now: many a program reads it only then. A static pod has no
 * token, and knows its authority otherwise.
 */
export function podsOfBefore(pods: readonly V1Pod[], published: readonly V1ConfigMap[]): V1Pod[] {
  const since = new Map(published.map((map) => [map.metadata?.namespace, writtenAt(map)]));
  return pods.filter(({ metadata, spec, status }) => {
    const knows = (spec?.volumes ?? []).some(({ projected }) =>
      projected?.sources?.some(({ configMap }) => configMap?.name === rootCertificates),
    );
    const written = since.get(metadata?.namespace);
    if (!knows || written === undefined || status?.phase !== "Running") return false;
    return (status.containerStatuses ?? []).some(
      ({ state }) => new Date(state?.running?.startedAt ?? Date.now()).getTime() < written,
    );
  });
}

/** Waits until pods are told of all that is trusted, and has those that began before begin again, one after the other. */
export async function trustEverywhere(connection: Connection, say: (line: string) => void): Promise<void> {
  const { api } = connection;
  const published = async (): Promise<V1ConfigMap[]> =>
    (await api.listConfigMapForAllNamespaces({ fieldSelector: `metadata.name=${rootCertificates}` })).items;
  const certificates = trustedBy(connection);
  const { signal } = new AbortController();
  await passGate({
    problems: async () =>
      untoldNamespaces(await published(), certificates).map(
        (namespace) => `pods of ${namespace} are not told of the next authority yet`,
      ),
    ...{ timeoutSeconds: patience.published, report: say, signal },
  });
  const pods = async (): Promise<V1Pod[]> => (await api.listPodForAllNamespaces()).items;
  const all = await pods();
  const before = unreadyOwners(all);
  for (const pod of podsOfBefore(all, await published())) {
    const { namespace = "", name = "", ownerReferences = [] } = pod.metadata ?? {};
    if (ownerReferences.length === 0) {
      say(
        `pod ${namespace}/${name} has no controller: it may know the authority of before only; make it anew`,
      );
      continue;
    }
    say(`restarting pod ${namespace}/${name}, which began before it could know the next authority`);
    while ((await evict(api, pod)) !== undefined) await sleep(1000);
    await passGate({
      problems: async () => workloadProblems(await pods(), before),
      ...{ stableSeconds: 3, timeoutSeconds: patience.restarted, report: say, signal },
    });
  }
}

/** Seconds of a duration as Go writes it, such as `8760h0m0s`. */
export function secondsOf(duration: string): number {
  const [, hours = "0", minutes = "0", seconds = "0"] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A kubelet whose certificate is good for longer than this does not ask for another one while control planes roll. */
const shortSeconds = 3600;

/**
 * When no kubelet has a certificate of the authority of before any more. Each got one of the next when its machine was rolled.
 * One that is good for minutes only is renewed meanwhile, by a controller manager that may still be the one of before: it
 * ends by itself.
 * @param apiServers pods of the API servers, which begin with what else their machines run
 * @param validitySeconds how long certificates are good for
 */
export function kubeletCertificatesEnd(apiServers: readonly V1Pod[], validitySeconds: number): Date {
  return new Date(lastBegin(apiServers) + (validitySeconds > shortSeconds ? 0 : validitySeconds * 1000));
}

/** Why the authority of before has to be trusted longer, in a sentence; undefined when it has not. */
export async function kubeletsObstacle(api: CoreV1Api, now = new Date()): Promise<string | undefined> {
  const { data } = await api.readNamespacedConfigMap({ namespace: "kube-system", name: "kubeadm-config" });
  const { certificateValidityPeriod = "" } = parse(data?.ClusterConfiguration ?? "{}") as {
    certificateValidityPeriod?: string;
  };
  const end = kubeletCertificatesEnd(await apiServerPods(api), secondsOf(certificateValidityPeriod));
  return end <= now
    ? undefined
    : `a kubelet may have a certificate of the authority of before until ${end.toISOString()}: it is trusted until then`;
}

/**
 * Has aggregated API servers trust these authorities and no others. Each API server adds its own to what is there, and none
 * takes one away:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controlplane/controller/clusterauthenticationtrust
 */
export async function distrustInAggregation(
  { api }: Connection,
  authorities: { readonly client: string; readonly requestHeader: string },
): Promise<void> {
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  const data = {
    "client-ca-file": authorities.client,
    "requestheader-client-ca-file": authorities.requestHeader,
  };
  await api.patchNamespacedConfigMap(
    { namespace: "kube-system", name: "extension-apiserver-authentication", body: { data } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}
