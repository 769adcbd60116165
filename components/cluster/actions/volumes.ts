import type { CoreV1Api, V1PersistentVolume, V1Pod } from "@kubernetes/client-node";

/** Names of the nodes that alone reach a volume; none where any node does. */
export function nodesOfVolume({ spec }: V1PersistentVolume): string[] {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchExpressions = [] }) =>
    matchExpressions
      .filter(({ key, operator }) => key === "kubernetes.io/hostname" && operator === "In")
      .flatMap(({ values = [] }) => values),
  );
}

/** Whether a pod has a volume that not every node reaches, and its own does. */
export function isBound({ metadata, spec }: V1Pod, volumes: readonly V1PersistentVolume[]): boolean {
  const claims = (spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  return volumes.some(
    (volume) =>
      claims.includes(volume.spec?.claimRef?.name ?? "") &&
      volume.spec?.claimRef?.namespace === metadata?.namespace &&
      nodesOfVolume(volume).includes(spec?.nodeName ?? ""),
  );
}

/** Whether a volume can be reached from one node only. */
function isOn(node: string, volume: V1PersistentVolume): boolean {
  const nodes = nodesOfVolume(volume);
  return nodes.length === 1 && nodes[0] === node;
}

/**
 * Refuses to take a machine away for good whose disk holds volumes: what was written would be lost.
 *
 * @throws Error that names the volumes and what to do
 */
export async function refuseToLoseVolumes(api: CoreV1Api, node: string): Promise<void> {
  const { items } = await api.listPersistentVolume();
  const held = items
    .filter((volume) => isOn(node, volume))
    .map(({ metadata, spec }) => {
      const claim = spec?.claimRef;
      const owner = claim ? ` (claim ${claim.namespace ?? ""}/${claim.name ?? ""})` : "";
      return `${metadata?.name ?? ""}${owner}`;
    });
  if (held.length === 0) return;
  throw new Error(
    `${node} stays: it holds volumes that would be lost with it: ${held.join(", ")}. ` +
      "Move what is in them, delete their claims (and PersistentVolumes that are kept), then run it again",
  );
}
