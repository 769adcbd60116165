import type { ElasticPools } from "../machines";
import { connect } from "./actions/connect";
import { applySettings } from "./actions/node-settings";
import { readBootReport } from "./console";
import { type Pool, poolLabel } from "./members";
import { nodesOf } from "./nodes";
import { poolReadiness, said } from "./pool-readiness";

export interface ElasticPoolOptions {
  readonly pool: Pool;
  readonly elastic: ElasticPools;
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Takes a line for a person. */
  readonly report: (line: string) => void;
  /** How long one machine may take to become a ready node. */
  readonly timeoutSeconds: number;
  /** How often to look at a pool that is new, in milliseconds. */
  readonly intervalMilliseconds: number;
}

/**
 * Resolves when a pool whose machines come and go by themselves is what the program says: it has enough ready nodes, no
 * machine is made of something else, and all Nodes have the pool's labels and taints.
 */
export async function elasticPoolReady(options: ElasticPoolOptions): Promise<void> {
  const { pool, elastic, kubeconfig, report, timeoutSeconds, intervalMilliseconds } = options;
  await poolReadiness({
    pool: pool.name,
    count: pool.count,
    nodes: nodesOf(kubeconfig),
    readConsoles: () => elastic.readConsoles(pool.name),
    report,
    timeoutSeconds,
    intervalMilliseconds,
  });
  const read = (console: string) => {
    const boot = readBootReport(console);
    return { said: said(boot), failed: boot.failed };
  };
  await elastic.settled(pool.name, { report, read, timeoutSeconds });
  await labelNodes(pool, kubeconfig);
}

/** Machines register with the labels and taints of the document that they booted with. */
async function labelNodes({ name, labels = {}, taints = [] }: Pool, kubeconfig: string): Promise<void> {
  const { api } = await connect(kubeconfig);
  const { items } = await api.listNode({ labelSelector: `${poolLabel}=${name}` });
  const settings = { labels: { ...labels, [poolLabel]: name }, taints };
  for (const { metadata } of items) await applySettings(api, metadata?.name ?? "", settings);
}
