import { createHash, createPublicKey } from "node:crypto";

import type { CoreV1Api, V1Pod, V1Secret } from "@kubernetes/client-node";

import { pemBlocks } from "../../components/pki/pem";

/** Default of a pod's own token, in seconds; the API server makes it 3607: https://kubernetes.io/docs/concepts/storage/projected-volumes/ */
const defaultSeconds = 3607;
/** For clocks that differ, in seconds. */
const margin = 60;

/** A key as tokens name it: https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/serviceaccount/jwt.go (keyIDFromPublicKey) */
export function keyId(publicKeyPem: string): string {
  const [first = ""] = pemBlocks(publicKeyPem);
  const der = createPublicKey(first).export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("base64url");
}

/** How long the longest token is good for that a pod has asked for, in seconds. */
export function longestLifetime(pods: readonly V1Pod[]): number {
  const asked = pods.flatMap(({ spec }) =>
    (spec?.volumes ?? []).flatMap(({ projected }) =>
      (projected?.sources ?? []).flatMap(
        ({ serviceAccountToken }) => serviceAccountToken?.expirationSeconds ?? [],
      ),
    ),
  );
  return Math.max(defaultSeconds, ...asked);
}

/** When the last of these pods began to run, in milliseconds since 1970: from then on all have what their machines gave them. */
export function lastBegin(pods: readonly V1Pod[]): number {
  const began = pods.flatMap(({ status }) =>
    (status?.containerStatuses ?? []).map(({ state }) =>
      new Date(state?.running?.startedAt ?? Date.now()).getTime(),
    ),
  );
  if (began.length === 0) throw new Error("there is no API server to be seen in kube-system");
  return Math.max(...began);
}

/**
 * When the last token of a pod ends that the key of before has signed.
 * @param apiServers pods of the API servers, of which each signs with the new key since it began
 */
export function tokensEnd(apiServers: readonly V1Pod[], pods: readonly V1Pod[]): Date {
  return new Date(lastBegin(apiServers) + (longestLifetime(pods) + margin) * 1000);
}

/** Pods of the API servers. */
export async function apiServerPods(api: CoreV1Api): Promise<V1Pod[]> {
  const asked = { namespace: "kube-system", labelSelector: "component=kube-apiserver" };
  return (await api.listNamespacedPod(asked)).items;
}

/** Secrets with tokens that another key has signed: such tokens have no end. One sentence each. */
export function endlessTokens(secrets: readonly V1Secret[], key: string): string[] {
  return secrets
    .filter(({ data }) => data?.token !== undefined && signedBy(data.token) !== key)
    .map(({ metadata: { namespace = "", name = "" } = {} }) => {
      const renewal = `kubectl -n ${namespace} patch secret ${name} --type json -p '[{"op":"remove","path":"/data/token"}]'`;
      return (
        `the Secret ${namespace}/${name} has a token without an end that the key of before has signed; renew it with ` +
        `${renewal}, and bring it to whoever uses it`
      );
    });
}

/** The key that signed a token, by its header; undefined where it does not say so. */
function signedBy(base64: string): unknown {
  const [header = ""] = Buffer.from(base64, "base64").toString().split(".");
  try {
    return (JSON.parse(Buffer.from(header, "base64url").toString()) as { kid?: unknown }).kid;
  } catch {
    return undefined;
  }
}

/** Why the key of before has to be trusted longer, in a sentence; undefined when it has not. */
export async function tokensObstacle(
  api: CoreV1Api,
  publicKeyPem: string,
  now = new Date(),
): Promise<string | undefined> {
  const [apiServers, pods, secrets] = await Promise.all([
    apiServerPods(api),
    api.listPodForAllNamespaces(),
    api.listSecretForAllNamespaces({ fieldSelector: "type=kubernetes.io/service-account-token" }),
  ]);
  const endless = endlessTokens(secrets.items, keyId(publicKeyPem));
  if (endless.length > 0) return endless.join("\n  ");
  const end = tokensEnd(apiServers, pods.items);
  return end <= now
    ? undefined
    : `pods have tokens of the key of before, the last of which ends at ${end.toISOString()}: it is trusted until then`;
}
