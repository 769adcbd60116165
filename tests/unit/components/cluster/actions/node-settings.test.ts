import type { V1Node } from "@kubernetes/client-node";

import {
  applySettings,
  type NodeSettings,
  settingsPatch,
  startingTaint,
} from "../../../../../components/cluster/actions/node-settings";

const gpu = { key: "gpu", value: "yes", effect: "NoSchedule" } as const;
const unreachable = { key: "node.kubernetes.io/unreachable", effect: "NoExecute" } as const;

/** A Node as the API has it after a patch; merges as RFC 7386 says. */
function patched(node: V1Node, settings: NodeSettings): V1Node {
  const patch = settingsPatch(node, settings) as V1Node | undefined;
  if (patch === undefined) return node;
  const merge = (before: Record<string, string> = {}, after: Record<string, string | null> = {}) =>
    Object.fromEntries(
      Object.entries({ ...before, ...after }).filter((entry): entry is [string, string] => entry[1] !== null),
    );
  return {
    metadata: {
      labels: merge(node.metadata?.labels, patch.metadata?.labels),
      annotations: merge(node.metadata?.annotations, patch.metadata?.annotations),
    },
    spec: { taints: patch.spec?.taints ?? [] },
  };
}

const fresh: V1Node = {
  metadata: { labels: { os: "linux" } },
  spec: { taints: [startingTaint, unreachable] },
};

describe("a node's settings", () => {
  it("are its own beside those of others, and let pods onto a new node", () => {
    const node = patched(fresh, { labels: { disk: "fast" }, taints: [gpu] });
    expect(node.metadata?.labels).toEqual({ os: "linux", disk: "fast" });
    expect(node.spec?.taints).toEqual([unreachable, gpu]);
  });

  it("go when they are not wanted any more", () => {
    const before = patched(fresh, { labels: { disk: "fast" }, taints: [gpu] });
    const after = patched(before, { labels: {}, taints: [] });
    expect(after.metadata?.labels).toEqual({ os: "linux" });
    expect(after.spec?.taints).toEqual([unreachable]);
  });

  it("change a taint's value in place", () => {
    const before = patched(fresh, { labels: {}, taints: [gpu] });
    const after = patched(before, { labels: {}, taints: [{ ...gpu, value: "no" }] });
    expect(after.spec?.taints).toEqual([unreachable, { ...gpu, value: "no" }]);
  });

  it("are not written where the node has them", () => {
    const settings = { labels: { disk: "fast" }, taints: [gpu] };
    expect(settingsPatch(patched(fresh, settings), settings)).toBeUndefined();
  });

  it("are written again from what the node is now when somebody else has written it meanwhile", async () => {
    const bodies: object[] = [];
    const answers = [409, 200];
    const api = {
      readNode: () => Promise.resolve({ metadata: { labels: {}, resourceVersion: "7" } }),
      patchNode: ({ body }: { body: object }) => {
        bodies.push(body);
        const code = answers.shift();
        return code === 200
          ? Promise.resolve()
          : Promise.reject(Object.assign(new Error("conflict"), { code }));
      },
    } as unknown as Parameters<typeof applySettings>[0];
    await applySettings(api, "worker-0", { labels: { disk: "fast" }, taints: [] });
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toMatchObject({ metadata: { resourceVersion: "7", labels: { disk: "fast" } } });
  });
});
