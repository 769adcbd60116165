import type { CoreV1Api, V1Node } from "@kubernetes/client-node";

/** A merge patch of a Node: https://www.rfc-editor.org/rfc/rfc7386 */
export interface NodePatch {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec: { readonly unschedulable?: true | null; readonly taints?: readonly object[] };
}

/**
 * Patches a Node by what it is at this moment. Lists, such as that of taints, are replaced whole by such a patch; the API
 * refuses one that was made of an older version, so that nothing is lost which somebody else has just set.
 * @param patchFor what is to change; undefined where nothing is
 */
export async function patchAsRead(
  api: CoreV1Api,
  name: string,
  patchFor: (node: V1Node) => NodePatch | undefined,
): Promise<void> {
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  for (;;) {
    const node = await api.readNode({ name });
    const patch = patchFor(node);
    if (patch === undefined) return;
    const body = {
      ...patch,
      metadata: { ...patch.metadata, resourceVersion: node.metadata?.resourceVersion },
    };
    try {
      await api.patchNode({ name, body }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
      return;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 409) throw error;
    }
  }
}
