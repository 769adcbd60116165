import type { CoreV1Api, V1Node, V1Taint } from "@kubernetes/client-node";

import type { Labels, Taint } from "../../bootstrap";
import { type NodePatch, patchAsRead } from "./patch-node";

/** What a program sets on a Node of its own, beside what the kubelet and others set. */
export interface NodeSettings {
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** Set on a Node: which labels and taints a program has set, so that it can take them away again. */
const ownedAnnotation = "slipway.dev/settings";

/**
 * The taint that a worker's kubelet registers with, until the program has given the Node its pool's labels and taints: pods would
 * run where they are not to. Those are no part of the machine's document, so that another label replaces no machine.
 */
export const startingTaint: Taint = { key: "slipway.dev/starting", effect: "NoSchedule" };

interface Owned {
  readonly labels: readonly string[];
  /** As {@link taintId} gives them. */
  readonly taints: readonly string[];
}

const taintId = ({ key, effect }: Pick<Taint, "key" | "effect"> | V1Taint): string => `${key}:${effect}`;

function ownedBy(node: V1Node): Owned {
  const text = node.metadata?.annotations?.[ownedAnnotation];
  return text === undefined ? { labels: [], taints: [] } : (JSON.parse(text) as Owned);
}

/**
 * What has to change on a Node so that it has these settings, as a merge patch: labels and taints that were set before
 * and are not wanted any more go, those of others stay.
 * @returns undefined when it has them
 */
export function settingsPatch(node: V1Node, { labels, taints }: NodeSettings): NodePatch | undefined {
  const before = ownedBy(node);
  const owned: Owned = { labels: Object.keys(labels).sort(), taints: taints.map(taintId).sort() };
  const gone = before.labels.filter((name) => !(name in labels));
  const wanted = taints.map(({ key, value, effect }) => ({ key, effect, ...(value && { value }) }));
  const foreign = (node.spec?.taints ?? []).filter(
    (taint) =>
      taint.key !== startingTaint.key && ![...before.taints, ...owned.taints].includes(taintId(taint)),
  );
  const patch = {
    metadata: {
      labels: { ...Object.fromEntries(gone.map((name) => [name, null])), ...labels },
      annotations: { [ownedAnnotation]: JSON.stringify(owned) },
    },
    spec: { taints: [...foreign, ...wanted] },
  };
  return isThere(node, patch.metadata, patch.spec.taints) ? undefined : patch;
}

function isThere(
  { metadata, spec }: V1Node,
  wanted: { readonly labels: object; readonly annotations: object },
  taints: readonly object[],
): boolean {
  const has = (values: object, live: Readonly<Record<string, string>> = {}): boolean =>
    Object.entries(values).every(([name, value]) => (live[name] ?? null) === value);
  const texts = (list: readonly object[]): string[] =>
    (list as readonly V1Taint[]).map((taint) => `${taint.key}=${taint.value ?? ""}:${taint.effect}`).sort();
  return (
    has(wanted.labels, metadata?.labels) &&
    has(wanted.annotations, metadata?.annotations) &&
    texts(taints).join() === texts(spec?.taints ?? []).join()
  );
}

/** Gives a Node its settings; nothing is written where it has them. */
export async function applySettings(api: CoreV1Api, name: string, settings: NodeSettings): Promise<void> {
  await patchAsRead(api, name, (node) => settingsPatch(node, settings));
}
