import type { V1Pod } from "@kubernetes/client-node";

import {
  etcdProblems,
  nodeProblems,
  podProblems,
  taintProblems,
  unreadyOwners,
  workloadProblems,
} from "../../../../../components/cluster/roll/health";

const owner = (kind: string, uid: string) => ({
  apiVersion: "apps/v1",
  kind,
  name: uid,
  uid,
  controller: true,
});

const pod = (name: string, ready: boolean, changes: Partial<V1Pod> = {}): V1Pod => ({
  metadata: {
    name,
    namespace: "shop",
    uid: name,
    ownerReferences: [owner("ReplicaSet", name.replace(/-\d$/, ""))],
  },
  spec: { nodeName: "worker-0", containers: [] },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  ...changes,
});

describe("a node", () => {
  it("is not well while pods are still kept off it, as for some seconds after it has become ready", () => {
    const node = (name: string, ready: boolean, ...keys: readonly string[]) => ({
      metadata: { name },
      spec: { taints: keys.map((key) => ({ key, effect: "NoExecute" })) },
      status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
    });
    const nodes = [
      node("fresh", true, "node.kubernetes.io/not-ready"),
      node("away", false, "node.kubernetes.io/not-ready"),
      node("dedicated", true, "example.com/gpu"),
      node("other", true, "node.kubernetes.io/unreachable"),
    ];
    expect(taintProblems(nodes, ["fresh", "away", "dedicated"])).toEqual([
      "fresh takes no pods yet, though it is ready",
    ]);
  });

  it("is well when it is there and its kubelet says that it is ready", () => {
    const ready = { metadata: { name: "a" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
    const not = {
      metadata: { name: "b" },
      status: { conditions: [{ type: "Ready", status: "False", message: "no CNI" }] },
    };
    expect(nodeProblems([ready, not], ["a", "b", "c"])).toEqual(["b is not ready: no CNI", "c is no node"]);
  });

  it("is not well while a pod that belongs to it is not ready, or is being made anew", () => {
    const daemon = { metadata: { name: "kube-router", ownerReferences: [owner("DaemonSet", "d")] } };
    const mirror = { metadata: { name: "etcd", annotations: { "kubernetes.io/config.mirror": "x" } } };
    const ending = { metadata: { ...daemon.metadata, deletionTimestamp: new Date() } };
    expect(podProblems([pod("cart-0", false), pod("x", true, daemon)], ["worker-0"])).toEqual([]);
    expect(podProblems([pod("x", false, daemon)], ["worker-1"])).toEqual([]);
    expect(
      podProblems([pod("x", false, daemon), pod("y", false, mirror), pod("z", true, ending)], ["worker-0"]),
    ).toEqual([
      "worker-0: pod kube-router is not ready",
      "worker-0: pod etcd is not ready",
      "worker-0: pod kube-router is not ready",
    ]);
  });
});

describe("etcd", () => {
  const state = {
    members: [
      { ID: "1", name: "a" },
      { ID: "2", name: "b", isLearner: true },
    ],
    unhealthy: undefined,
    alarms: "",
  };

  it("is well when every control plane votes, every member answers and no alarm is raised", () => {
    expect(etcdProblems(state, ["a"])).toEqual([]);
    expect(etcdProblems({ ...state, unhealthy: "a", alarms: "NOSPACE" }, ["a", "b", "c"])).toEqual([
      "etcd: b has no vote yet",
      "etcd: c has no vote yet",
      "etcd: not every member answers: a",
      "etcd: an alarm is raised: NOSPACE",
    ]);
  });
});

describe("workloads", () => {
  it("are well when all run that ran before, whatever their pods are called now", () => {
    const before = unreadyOwners([pod("broken-0", false), pod("cart-0", true)]);
    expect(workloadProblems([pod("broken-1", false), pod("cart-1", true)], before)).toEqual([]);
    expect(workloadProblems([pod("cart-1", false)], before)).toEqual(["pod shop/cart-1 is not ready"]);
  });

  it("are not waited for when they have ended", () => {
    expect(workloadProblems([pod("job-0", false, { status: { phase: "Succeeded" } })], new Set())).toEqual(
      [],
    );
  });
});
