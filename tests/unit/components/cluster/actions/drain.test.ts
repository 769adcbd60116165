import type { CoreV1Api, V1PersistentVolume, V1Pod } from "@kubernetes/client-node";

import { drain } from "../../../../../components/cluster/actions/drain";
import { refuseToLoseVolumes } from "../../../../../components/cluster/actions/volumes";

const pod = (name: string, more: Partial<V1Pod> = {}): V1Pod => ({
  metadata: { name, namespace: "shop", uid: name },
  ...more,
});

/** An API with these pods, whose evictions are refused as often as said and then carried out. */
function apiWith(
  pods: V1Pod[],
  refusals = 0,
  volumes: V1PersistentVolume[] = [],
): { api: CoreV1Api; evicted: string[] } {
  const evicted: string[] = [];
  let left = refusals;
  const listed = (): Promise<{ items: V1Pod[] }> =>
    Promise.resolve({ items: pods.filter(({ metadata }) => !evicted.includes(metadata?.name ?? "")) });
  const api = {
    listPodForAllNamespaces: listed,
    listNamespacedPod: listed,
    listPersistentVolume: () => Promise.resolve({ items: volumes }),
    createNamespacedPodEviction: ({ name }: { name: string }) => {
      if (left-- > 0) {
        const body = JSON.stringify({ message: "it would violate the pod's disruption budget." });
        return Promise.reject(Object.assign(new Error("429"), { code: 429, body }));
      }
      evicted.push(name);
      return Promise.resolve();
    },
  };
  return { api: api as unknown as CoreV1Api, evicted };
}

const options = { node: "worker-0", timeoutSeconds: 5, report: (): void => undefined };

describe("a drain", () => {
  it("evicts what can run elsewhere and leaves the rest", async () => {
    const { api, evicted } = apiWith([
      pod("catalog"),
      pod("mirror", {
        metadata: { name: "mirror", annotations: { "kubernetes.io/config.mirror": "hash" } },
      }),
      pod("daemon", {
        metadata: {
          name: "daemon",
          ownerReferences: [
            { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d", controller: true },
          ],
        },
      }),
      pod("over", { status: { phase: "Succeeded" } }),
    ]);
    await drain(api, options);
    expect(evicted).toEqual(["catalog"]);
  });

  it("evicts a few at a time, and last of all what only this node can run", async () => {
    const names = ["database", "a", "b", "c"];
    const on = { nodeName: "worker-0", containers: [] };
    const claim = { name: "data", persistentVolumeClaim: { claimName: "data-database-0" } };
    const pods = names.map((name) =>
      pod(name, { spec: { ...on, volumes: name === "database" ? [claim] : [] } }),
    );
    const hosts = { key: "kubernetes.io/hostname", operator: "In", values: ["worker-0"] };
    const volume = {
      metadata: { name: "pvc-1" },
      spec: {
        claimRef: { namespace: "shop", name: "data-database-0" },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hosts] }] } },
      },
    };
    const { api, evicted } = apiWith(pods, 0, [volume]);
    const looks: number[] = [];
    const list = api.listPodForAllNamespaces.bind(api);
    api.listPodForAllNamespaces = (...args) => {
      looks.push(evicted.length);
      return list(...args);
    };
    await drain(api, options);
    expect(evicted).toEqual(["a", "b", "c", "database"]);
    expect(looks).toEqual([0, 2, 3, 4]);
  });

  it("waits for disruption budgets, and says for which pod", async () => {
    const told: string[] = [];
    const { api, evicted } = apiWith([pod("catalog")], 1);
    await drain(api, { ...options, report: (line) => told.push(line) });
    expect(evicted).toEqual(["catalog"]);
    expect(told[0]).toBe(
      "worker-0: draining, waiting for shop/catalog: it would violate the pod's disruption budget.",
    );
  });

  it("gives up in time, with what keeps each pod", async () => {
    const { api } = apiWith([pod("catalog")], Infinity);
    await expect(drain(api, { ...options, timeoutSeconds: 0 })).rejects.toThrow(
      /worker-0 could not be drained within 0 s:\n {2}shop\/catalog: it would violate/,
    );
  });
});

describe("volumes on a machine that leaves", () => {
  const volumesOn = (...hosts: string[]): CoreV1Api =>
    ({
      listPersistentVolume: () =>
        Promise.resolve({
          items: hosts.map((host, index) => ({
            metadata: { name: `pvc-${index}` },
            spec: {
              claimRef: { namespace: "shop", name: `data-${index}` },
              nodeAffinity: {
                required: {
                  nodeSelectorTerms: [
                    { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [host] }] },
                  ],
                },
              },
            },
          })),
        }),
    }) as unknown as CoreV1Api;

  it("keep it where it is, and are named with their claims", async () => {
    await expect(refuseToLoseVolumes(volumesOn("worker-1", "worker-0"), "worker-1")).rejects.toThrow(
      "worker-1 stays: it holds volumes that would be lost with it: pvc-0 (claim shop/data-0).",
    );
  });

  it("of other machines do not matter", async () => {
    await refuseToLoseVolumes(volumesOn("worker-0"), "worker-1");
  });

  /** An API whose one pod answers evictions so, until it is gone after the third. */
  const apiThatSays = (code: number, body: object): { api: CoreV1Api; asked: () => number } => {
    let asked = 0;
    const api = {
      listPodForAllNamespaces: () => Promise.resolve({ items: asked < 3 ? [pod("catalog")] : [] }),
      listNamespacedPod: () => Promise.resolve({ items: [] }),
      listPersistentVolume: () => Promise.resolve({ items: [] }),
      createNamespacedPodEviction: () => {
        asked += 1;
        return Promise.reject(
          Object.assign(new Error("headers, body and all"), { code, body: JSON.stringify(body) }),
        );
      },
    };
    return { api: api as unknown as CoreV1Api, asked: () => asked };
  };

  it("waits for a pod whose namespace is being deleted, as nothing has to be asked for", async () => {
    const told: string[] = [];
    const refusal = {
      message: "unable to create new content in namespace shop because it is being terminated",
      details: { causes: [{ reason: "NamespaceTerminating" }] },
    };
    await drain(apiThatSays(403, refusal).api, { ...options, report: (line) => told.push(line) });
    expect(told).toEqual([
      "worker-0: draining, waiting for shop/catalog: its namespace shop is being deleted",
    ]);
  });

  it("ends with the API's own sentence where no later attempt would be let", async () => {
    const { api, asked } = apiThatSays(403, { message: 'pods "catalog" is forbidden' });
    await expect(drain(api, options)).rejects.toThrow(/^pods "catalog" is forbidden$/);
    expect(asked()).toBe(1);
  });

  it("goes on when a pod has gone since it was listed", async () => {
    let looks = 0;
    const api = {
      listPodForAllNamespaces: () => Promise.resolve({ items: looks++ === 0 ? [pod("catalog")] : [] }),
      listNamespacedPod: () => Promise.resolve({ items: [] }),
      listPersistentVolume: () => Promise.resolve({ items: [] }),
      createNamespacedPodEviction: () =>
        Promise.reject(Object.assign(new Error("404"), { code: 404, body: "{}" })),
    } as unknown as CoreV1Api;
    await drain(api, options);
    expect(looks).toBe(2);
  });

  it("asks for no pod's end that ends already, and leaves one that does not end though its time is over", async () => {
    const told: string[] = [];
    const ending = (name: string, agoSeconds: number): V1Pod => {
      const deletionTimestamp = new Date(Date.now() - agoSeconds * 1000);
      return pod(name, { metadata: { name, namespace: "shop", uid: name, deletionTimestamp } });
    };
    const { api, evicted } = apiWith([ending("stuck", 60)]);
    await drain(api, { ...options, report: (line) => told.push(line) });
    expect(evicted).toEqual([]);
    expect(told).toEqual(["worker-0: shop/stuck does not end, though its time is over, and is left to it"]);
    const young = apiWith([ending("young", 0)]);
    await expect(drain(young.api, { ...options, timeoutSeconds: 0 })).rejects.toThrow("shop/young to end");
    expect(young.evicted).toEqual([]);
  });

  it("ends when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("worker-1 failed"));
    await expect(drain(apiWith([pod("catalog")]).api, { ...options, signal })).rejects.toThrow(
      "worker-1 failed",
    );
  });
});
