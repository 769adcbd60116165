import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";

import { isReady, ownerOf } from "./pod-owners";

/** In milliseconds: a controller that has no new pod by then will not have one soon, and others are not kept waiting. */
const patience = 30_000;

/** A controller that replaces pods. */
interface Replacing {
  readonly namespace: string;
  /** How many of its pods were ready before the first one was moved. */
  readonly before: number;
  readonly since: number;
}

/**
 * How many of a node's pods may be on their way at a time. Those that begin together compete with all that runs where they
 * begin, and where they are many, all of it answers late.
 */
export function movesAtATime(pods: number): number {
  return Math.max(2, Math.ceil(pods / 10));
}

/** Holds evictions back while what was evicted before does not run elsewhere yet. */
export class EvictionPace {
  private readonly replacing = new Map<string, Replacing>();
  private ready: ReadonlyMap<string, number> = new Map();

  /** @param atATime how many pods may be on their way */
  constructor(
    private readonly api: CoreV1Api,
    private atATime: number,
  ) {}

  /** From now on all may go at once. */
  hurry(): void {
    this.atATime = Infinity;
  }

  /** How many of these pods may be evicted now. */
  async free(pods: readonly V1Pod[]): Promise<number> {
    const waitedIn = [...this.replacing.values()].map(({ namespace }) => namespace);
    this.ready = await this.readyByOwner(new Set([...waitedIn, ...pods.map(namespaceOf)]));
    const now = Date.now();
    let underway = 0;
    for (const [owner, { before, since }] of this.replacing) {
      const missing = before - (this.ready.get(owner) ?? 0);
      if (missing <= 0 || now - since > patience) this.replacing.delete(owner);
      else underway += missing;
    }
    return Math.max(0, this.atATime - underway);
  }

  /** Tells that a pod was evicted. One that nothing makes again is waited for by nobody. */
  evicted(pod: V1Pod): void {
    const owner = ownerOf(pod);
    if (owner === pod.metadata?.uid) return;
    const before = this.replacing.get(owner)?.before ?? this.ready.get(owner) ?? 0;
    this.replacing.set(owner, { namespace: namespaceOf(pod), before, since: Date.now() });
  }

  /** How many pods of each controller are ready, and stay, or have no place to begin at, so that nobody competes with them. */
  private async readyByOwner(namespaces: ReadonlySet<string>): Promise<Map<string, number>> {
    const lists = await Promise.all(
      [...namespaces].map((namespace) => this.api.listNamespacedPod({ namespace })),
    );
    const staying = lists
      .flatMap(({ items }) => items)
      .filter(
        (pod) => pod.metadata?.deletionTimestamp === undefined && (isReady(pod) || isUnschedulable(pod)),
      );
    const ready = new Map<string, number>();
    for (const owner of staying.map(ownerOf)) ready.set(owner, (ready.get(owner) ?? 0) + 1);
    return ready;
  }
}

const isUnschedulable = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable") ??
  false;

const namespaceOf = ({ metadata }: V1Pod): string => metadata?.namespace ?? "";
