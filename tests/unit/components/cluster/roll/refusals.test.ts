import type { V1Node, V1Pod, V1PodDisruptionBudget } from "@kubernetes/client-node";

import { rollPlan, type Turn, type WantedMachine } from "../../../../../components/cluster/roll/plan";
import { type ClusterFacts, refusals } from "../../../../../components/cluster/roll/refusals";
import type { LiveMachine } from "../../../../../components/machines";

const names = ["control-plane-0", "control-plane-1", "control-plane-2", "worker-0"];

const node = (name: string, status = "True"): V1Node => ({
  metadata: { name, labels: {} },
  status: { conditions: [{ type: "Ready", status, message: "no network" }] },
});

const pod = (name: string, nodeName: string): V1Pod => ({
  metadata: { name, namespace: "shop", labels: { app: name } },
  spec: { nodeName, containers: [] },
});

const budget = (app: string, desiredHealthy: number, expectedPods: number): V1PodDisruptionBudget => ({
  metadata: { name: app, namespace: "shop" },
  spec: { selector: { matchLabels: { app } } },
  status: {
    desiredHealthy,
    expectedPods,
    currentHealthy: expectedPods,
    disruptionsAllowed: expectedPods - desiredHealthy,
  },
});

const healthy: ClusterFacts = {
  nodes: names.map((name) => node(name)),
  pods: [pod("cart", "worker-0"), pod("cart", "worker-0"), pod("orders", "worker-0")],
  budgets: [budget("cart", 1, 2)],
  etcd: {
    members: names.slice(0, 3).map((name, index) => ({ ID: String(index), name })),
    unhealthy: undefined,
    alarms: "",
    database: { size: 4e6, unused: 0, quota: 2 * 1024 ** 3 },
  },
};

const plan = ({
  to = "1.36.3",
  has = {},
  from = "1.36.3",
}: { to?: string; from?: string; has?: Record<string, string> } = {}) =>
  rollPlan({
    wanted: names.map((name): WantedMachine => ({
      name,
      ...(name.startsWith("worker") && { pool: "worker" }),
      maxUnavailable: 1,
      revision: "new",
      kubernetesVersion: to,
    })),
    live: names.map((name): LiveMachine => ({
      name,
      id: name,
      state: "running",
      revision: "old",
      kubernetesVersion: has[name] ?? from,
    })),
    readyNodes: new Set(names),
  });

const upgrade = { to: "1.37.2" };

describe("a roll", () => {
  it("may begin in a healthy cluster", () => {
    expect(refusals(plan(), healthy)).toEqual([]);
    expect(refusals(plan(upgrade), healthy)).toEqual([]);
  });

  it("may begin where the API does not answer, as it is how the cluster heals", () => {
    expect(refusals(plan(), undefined)).toEqual([]);
  });

  it("does not begin an upgrade where the API does not answer, but goes on with one", () => {
    expect(refusals(plan(upgrade), undefined)).toEqual([
      "the API does not answer; bring the cluster back with the version that runs, then change the version",
    ]);
    expect(refusals(plan({ ...upgrade, has: { "control-plane-0": "1.37.2" } }), undefined)).toEqual([]);
  });

  it("does not skip a version, also where the API does not answer", () => {
    expect(refusals(plan({ to: "1.38.0" }), undefined)).toEqual([
      "the Kubernetes version 1.38.0 skips 1.37; the cluster has 1.36.3; write a version of 1.37 first",
    ]);
  });

  it("does not begin an upgrade while a machine is away, but goes on with one", () => {
    const facts = {
      ...healthy,
      nodes: [...names.slice(0, 3).map((name) => node(name)), node("worker-0", "False")],
    };
    expect(refusals(plan(upgrade), facts)).toEqual([
      "worker-0 is not ready: no network; bring it back with the version that runs, then change the version",
    ]);
    expect(refusals(plan({ ...upgrade, has: { "control-plane-0": "1.37.2" } }), facts)).toEqual([]);
    expect(refusals(plan(), facts)).toEqual([]);
  });

  it("does not upgrade past a node that nobody would bring along", () => {
    const facts = { ...healthy, nodes: [...healthy.nodes, node("laptop")] };
    expect(refusals(plan(upgrade), facts)).toEqual([
      "node laptop is none of this cluster's machines; take it out with kubectl delete node laptop",
    ]);
    expect(refusals(plan(), facts)).toEqual([]);
  });

  it.each([
    [
      "an alarm",
      { alarms: "memberID:1 alarm:NOSPACE" },
      "etcd: an alarm is raised: memberID:1 alarm:NOSPACE",
    ],
    ["a silent member", { unhealthy: "control-plane-1" }, "etcd: not every member answers: control-plane-1"],
    [
      "a learner",
      { members: names.slice(0, 3).map((name, index) => ({ ID: "1", name, isLearner: index === 2 })) },
      "etcd: control-plane-2 has no vote yet",
    ],
  ])("does not begin while etcd has %s", (_, change, message) => {
    const etcd = healthy.etcd && { ...healthy.etcd, ...change };
    expect(refusals(plan(), { ...healthy, etcd })).toEqual([`${message}; mend it, then run it again`]);
  });

  it("begins although a member is silent whose machine is away and has all of its change, as that one comes first", () => {
    const etcd = healthy.etcd && { ...healthy.etcd, unhealthy: "control-plane-1" };
    const machines = plan().waves.flat();
    const away = machines.map((turn): Turn =>
      turn.machine.name === "control-plane-1" ? { ...turn, change: "keep", isAway: true } : turn,
    );
    expect(refusals({ waves: [away], leaving: [] }, { ...healthy, etcd })).toEqual([]);
  });

  it("does not begin where a budget would never let a pod move", () => {
    const facts = { ...healthy, budgets: [budget("cart", 1, 2), budget("orders", 1, 1)] };
    expect(refusals(plan(), facts)).toEqual([
      "the disruption budget shop/orders never allows a pod of worker-0 to move; loosen it, or run more replicas",
    ]);
  });
});
