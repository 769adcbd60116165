import { setTimeout as sleep } from "node:timers/promises";

import type { Connection } from "../actions/connect";
import { etcdState } from "../actions/etcd";
import { deprecatedApis, type RollFindings } from "./findings";

/**
 * How long one look may take, in milliseconds: what accepts a connection and never answers is silent too. On a host that has
 * too much to do a look that lists everything took twelve seconds.
 */
const lookMilliseconds = 30_000;

/** What the API says of a cluster before a roll, with the names of its ready nodes. */
export interface SeenCluster extends RollFindings {
  readonly readyNodes: ReadonlySet<string>;
}

/**
 * Looks at a cluster before its machines change.
 * @param waitSeconds how long the API may take to answer; 0: it is not asked
 * @returns undefined when it does not answer in time
 */
export async function clusterFacts(
  connection: Connection,
  waitSeconds: number,
): Promise<SeenCluster | undefined> {
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    if (waitSeconds === 0) return undefined;
    const facts = await Promise.race([look(connection), sleep(lookMilliseconds, undefined, { ref: false })]);
    if (facts !== undefined || Date.now() > deadline) return facts;
    await sleep(1000);
  }
}

async function look(connection: Connection): Promise<SeenCluster | undefined> {
  const { api, policy } = connection;
  try {
    const [nodes, pods, budgets, volumes, etcd, metrics] = await Promise.all([
      api.listNode(),
      api.listPodForAllNamespaces(),
      policy.listPodDisruptionBudgetForAllNamespaces(),
      api.listPersistentVolume(),
      // Where it does not answer, what replaces a control plane is what mends it: its gate looks again.
      etcdState(connection).catch(() => undefined),
      // They only tell what may be of interest.
      connection.metrics().catch(() => ""),
    ]);
    const ready = nodes.items.filter(({ status }) =>
      status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True"),
    );
    return {
      nodes: nodes.items,
      pods: pods.items,
      budgets: budgets.items,
      volumes: volumes.items,
      deprecatedApis: deprecatedApis(metrics),
      etcd,
      readyNodes: new Set(ready.flatMap(({ metadata }) => metadata?.name ?? [])),
    };
  } catch {
    return undefined;
  }
}

/** How many pods each node has that are no part of it. */
export function movablePods({ pods }: Pick<RollFindings, "pods">): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { metadata, spec, status } of pods) {
    const stays = (metadata?.ownerReferences ?? []).some(
      ({ kind }) => kind === "DaemonSet" || kind === "Node",
    );
    if (stays || status?.phase !== "Running" || spec?.nodeName === undefined) continue;
    counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1);
  }
  return counts;
}
