import type { V1PersistentVolume, V1Pod } from "@kubernetes/client-node";

import {
  deprecatedApis,
  type RollFindings,
  rollFindings,
} from "../../../../../components/cluster/roll/findings";
import { rollPlan } from "../../../../../components/cluster/roll/plan";

const plan = rollPlan({
  wanted: [
    { name: "worker-0", pool: "worker", maxUnavailable: 1, revision: "new", kubernetesVersion: "1.37.2" },
  ],
  live: [{ name: "worker-0", state: "running", id: "1", revision: "old" }],
  readyNodes: new Set(["worker-0"]),
});

const pod = (name: string, controller: boolean, claimName?: string): V1Pod => ({
  metadata: {
    name,
    namespace: "shop",
    ownerReferences: controller
      ? [{ apiVersion: "apps/v1", kind: "ReplicaSet", name, uid: name, controller }]
      : [],
  },
  spec: {
    nodeName: "worker-0",
    containers: [],
    volumes: claimName === undefined ? [] : [{ name: "data", persistentVolumeClaim: { claimName } }],
  },
});

const volume = (claim: string, node?: string): V1PersistentVolume => ({
  spec: {
    claimRef: { namespace: "shop", name: claim },
    ...(node !== undefined && {
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
          ],
        },
      },
    }),
  },
});

const cluster: RollFindings = {
  nodes: [{ metadata: { name: "worker-0" }, status: { conditions: [{ type: "Ready", status: "True" }] } }],
  pods: [],
  budgets: [],
  etcd: undefined,
  volumes: [],
  deprecatedApis: [],
};

const findings = (changes: Partial<RollFindings>): string[] =>
  rollFindings(plan, { ...cluster, ...changes }, "1.37.2");

describe("what a roll will meet", () => {
  it("is nothing in an ordinary cluster", () => {
    expect(findings({ pods: [pod("cart", true)] })).toEqual([]);
  });

  it("names pods that nobody makes again", () => {
    expect(findings({ pods: [pod("debug", false)] })).toEqual([
      "pod shop/debug has no controller: it is not made anew elsewhere",
    ]);
  });

  it("names pods whose volume stays on the machine", () => {
    const pods = [pod("orders-db-0", true, "data"), pod("cart", true, "elsewhere")];
    expect(findings({ pods, volumes: [volume("data", "worker-0"), volume("elsewhere")] })).toEqual([
      "pod shop/orders-db-0 stops while worker-0 is away: its volume is on that machine",
    ]);
  });

  it("says how much etcd has when it may soon take no more", () => {
    const etcd = (size: number) => ({
      ...{ members: [], unhealthy: undefined, alarms: "" },
      database: { size, unused: 512 * 1024 ** 2, quota: 2 * 1024 ** 3 },
    });
    expect(findings({ etcd: etcd(1.4 * 1024 ** 3) })).toEqual([]);
    expect(findings({ etcd: etcd(1.5 * 1024 ** 3) })).toEqual([
      "etcd's data are 1536 MiB, of 2048 MiB at which it takes no more: delete what is not needed; " +
        "etcdctl defrag gives 512 MiB of them back",
    ]);
  });

  it("names APIs in use that the new version does not have, by the API server's own metrics", () => {
    const metrics = [
      "# TYPE apiserver_requested_deprecated_apis gauge",
      'apiserver_requested_deprecated_apis{group="old.example",removed_release="1.37",resource="things",subresource="",version="v1beta1"} 1',
      'apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"} 1',
      'apiserver_requested_deprecated_apis{group="late.example",removed_release="1.40",resource="things",subresource="",version="v1"} 1',
    ].join("\n");
    expect(deprecatedApis(metrics)).toHaveLength(3);
    expect(findings({ deprecatedApis: deprecatedApis(metrics) })).toEqual([
      "the API old.example/v1beta1 things is in use, and gone in 1.37",
    ]);
  });
});
