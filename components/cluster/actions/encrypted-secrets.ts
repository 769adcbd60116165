import type { CoreV1Api } from "@kubernetes/client-node";

import { patiently, refusalOf } from "./api-errors";
import type { Connection } from "./connect";
import { firstInEtcdPods } from "./etcd";

/** How many Secrets are asked for at once, and how many of them are written at the same time. */
const page = 500;
const atOnce = 10;
/** How long the API may be silent, in seconds. */
const patience = 30;

/**
 * Has every Secret written again as it is. The API server writes what has not changed only where another key than the first
 * one encrypted it: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#rotating-a-decryption-key
 * @param report takes how many were written so far
 * @returns how many there are
 */
export async function rewriteSecrets(api: CoreV1Api, report: (done: number) => void): Promise<number> {
  let done = 0;
  let next: string | undefined;
  do {
    const asked = { limit: page, ...(next !== undefined && { _continue: next }) };
    const { items, metadata } = await patiently(patience, () => api.listSecretForAllNamespaces(asked));
    for (let from = 0; from < items.length; from += atOnce) {
      const some = items.slice(from, from + atOnce);
      await Promise.all(some.map(({ metadata: of }) => rewrite(api, of?.namespace ?? "", of?.name ?? "")));
    }
    done += items.length;
    next = metadata?._continue === "" ? undefined : metadata?._continue;
    report(done);
  } while (next !== undefined);
  return done;
}

async function rewrite(api: CoreV1Api, namespace: string, name: string): Promise<void> {
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  const asMerge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  try {
    await patiently(patience, () => api.patchNamespacedSecret({ namespace, name, body: {} }, asMerge));
  } catch (error) {
    // Gone since it was listed.
    if (refusalOf(error)?.code !== 404) throw error;
  }
}

/** What etcd has of a key, in base64. */
interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
}

/**
 * Names of Secrets that something else than a key has encrypted, as etcd has them, such as `shop/orders`.
 * @param generation number of the key
 */
export async function secretsOfOtherKeys(connection: Connection, generation: number): Promise<string[]> {
  const beginning = `k8s:enc:secretbox:v1:key-${generation}:`;
  const found: string[] = [];
  let from = "/registry/secrets/";
  for (;;) {
    const range = ["get", from, "/registry/secrets0", `--limit=${page}`, "--write-out=json"];
    const { kvs = [] } = JSON.parse(await firstInEtcdPods(connection, ...range)) as Range;
    const all = kvs.map(({ key, value }) => ({ key: decoded(key), value: decoded(value) }));
    const others = all.filter(({ key, value }) => key !== from && !value.startsWith(beginning));
    found.push(...others.map(({ key }) => key.replace("/registry/secrets/", "")));
    const last = all.at(-1)?.key;
    if (last === undefined || last === from) return found;
    from = last;
  }
}

const decoded = (base64: string): string => Buffer.from(base64, "base64").toString("latin1");
