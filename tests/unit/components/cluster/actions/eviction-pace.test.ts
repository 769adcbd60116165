import type { CoreV1Api, V1Pod, V1PodCondition } from "@kubernetes/client-node";

import { EvictionPace, movesAtATime } from "../../../../../components/cluster/actions/eviction-pace";

const isReady = [{ type: "Ready", status: "True" }];

interface PodFacts {
  /** Default: it is ready. */
  readonly conditions?: V1PodCondition[];
  readonly isLeaving?: boolean;
}

/** A pod of a controller; of nobody without one. */
function pod(name: string, controller?: string, { conditions = isReady, isLeaving }: PodFacts = {}): V1Pod {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: controller ?? "", uid: controller ?? "" };
  return {
    metadata: {
      name,
      namespace: "shop",
      uid: name,
      ...(controller !== undefined && { ownerReferences: [{ ...owner, controller: true }] }),
      ...(isLeaving && { deletionTimestamp: new Date() }),
    },
    status: { conditions },
  };
}

const leavingCart = pod("cart-1", "cart", { isLeaving: true });

/** A namespace whose pods can be changed between two looks. */
function shop(...pods: V1Pod[]): { pods: V1Pod[]; pace: (atATime: number) => EvictionPace } {
  const state = { pods };
  const api = {
    listNamespacedPod: ({ namespace }: { namespace: string }) =>
      Promise.resolve({ items: namespace === "shop" ? state.pods : [] }),
  } as unknown as CoreV1Api;
  return Object.assign(state, { pace: (atATime: number) => new EvictionPace(api, atATime) });
}

describe("the pace of evictions", () => {
  const [cart, otherCart, catalog] = [
    pod("cart-1", "cart"),
    pod("cart-2", "cart"),
    pod("catalog-1", "catalog"),
  ];

  it("is a tenth of a node's pods, and two at least", () => {
    expect([0, 9, 20, 21, 110].map(movesAtATime)).toEqual([2, 2, 2, 3, 11]);
  });

  it("counts a pod until another one of its controller is ready", async () => {
    const there = shop(cart, catalog);
    const pace = there.pace(2);
    expect(await pace.free([cart, catalog])).toBe(2);
    pace.evicted(cart);
    there.pods = [leavingCart, catalog, pod("cart-3", "cart", { conditions: [] })];
    expect(await pace.free([catalog])).toBe(1);
    there.pods = [leavingCart, catalog, pod("cart-3", "cart")];
    expect(await pace.free([catalog])).toBe(2);
  });

  it("counts every pod of one controller", async () => {
    const there = shop(cart, otherCart);
    const pace = there.pace(2);
    await pace.free([cart, otherCart]);
    pace.evicted(cart);
    pace.evicted(otherCart);
    there.pods = [leavingCart, pod("cart-2", "cart", { isLeaving: true })];
    expect(await pace.free([catalog])).toBe(0);
    there.pods = [pod("cart-3", "cart")];
    expect(await pace.free([catalog])).toBe(1);
  });

  it("does not wait for what nothing makes again, or what was not ready before", async () => {
    const alone = pod("debug");
    const sick = pod("cart-1", "cart", { conditions: [] });
    const there = shop(alone, sick);
    const pace = there.pace(2);
    await pace.free([alone, sick]);
    pace.evicted(alone);
    pace.evicted(sick);
    there.pods = [];
    expect(await pace.free([catalog])).toBe(2);
  });

  it("does not wait for a pod that no node takes", async () => {
    const there = shop(cart);
    const pace = there.pace(2);
    await pace.free([cart]);
    pace.evicted(cart);
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
    there.pods = [leavingCart, pod("cart-3", "cart", { conditions })];
    expect(await pace.free([catalog])).toBe(2);
  });

  it("lets all go when there is no time left", async () => {
    const pace = shop(cart, catalog).pace(2);
    pace.hurry();
    expect(await pace.free([cart, catalog])).toBe(Infinity);
  });

  it("does not wait for ever", async () => {
    const there = shop(cart);
    const pace = there.pace(2);
    await pace.free([cart]);
    pace.evicted(cart);
    there.pods = [];
    expect(await pace.free([catalog])).toBe(1);
    const later = Date.now() + 31_000;
    const now = jest.spyOn(Date, "now").mockReturnValue(later);
    expect(await pace.free([catalog])).toBe(2);
    now.mockRestore();
  });
});
