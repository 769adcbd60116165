import type { NodeStatus } from "../../../../components/cluster/nodes";
import { type ReadinessOptions, watchReadiness } from "../../../../components/cluster/readiness";

const now = new Date("2026-01-01T12:00:00.000Z");
const earlier = new Date("2026-01-01T11:59:59.000Z");
const ready = (name: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
  ...{ name, ready: true, message: "", heartbeat: now, drained: false },
  ...more,
});
const notReady = (name: string, message: string): NodeStatus => ({ ...ready(name), ready: false, message });

/** Each look at the cluster sees the next of the given nodes' states; the last one stays. An error is no answer. */
function cluster(...looks: (NodeStatus[] | Error)[]): () => Promise<NodeStatus[]> {
  let look = 0;
  return () => {
    const seen = looks[Math.min(look, looks.length - 1)];
    look += 1;
    return seen instanceof Error || seen === undefined
      ? Promise.reject(seen ?? new Error("nothing to see"))
      : Promise.resolve(seen);
  };
}

const unreachable = new Error("connect ECONNREFUSED");

interface Overrides extends Partial<ReadinessOptions> {
  readonly listNodes?: () => Promise<NodeStatus[]>;
  readonly welcome?: (name: string) => Promise<boolean>;
}

/** Everything that a watch of machines promises, when all of them have been made. */
function watchAll(overrides: Overrides): { api: Promise<void>; nodes: Promise<unknown> } {
  const all = options(overrides);
  const readiness = watchReadiness(all);
  return {
    api: readiness.api,
    nodes: Promise.all(all.machines.map((machine) => readiness.node(machine))),
  };
}

function options(overrides: Overrides): ReadinessOptions {
  const { listNodes, welcome, ...others } = overrides;
  return {
    machines: ["control-plane-0", "worker-0"],
    readConsole: () => Promise.resolve("slipway: joined"),
    startedAt: () => Promise.resolve(now),
    nodes: {
      list: listNodes ?? cluster([ready("control-plane-0"), ready("worker-0")]),
      welcome: welcome ?? (() => Promise.resolve(true)),
    },
    report: () => undefined,
    timeoutSeconds: 5,
    intervalMilliseconds: 1,
    ...others,
  };
}

describe("watchReadiness", () => {
  it("is through when every machine is a ready node", async () => {
    const { api, nodes } = watchAll({
      listNodes: cluster(
        unreachable,
        [notReady("control-plane-0", "cni plugin not initialized")],
        [ready("control-plane-0")],
        [ready("control-plane-0"), ready("worker-0")],
      ),
    });
    await api;
    await nodes;
  });

  it("brings a machine what it asks for, and again when it could not be brought", async () => {
    const consoles = ["slipway: step waiting for the certificate of its kubelet"];
    const admitted: string[] = [];
    const told: string[] = [];
    const { nodes } = watchAll({
      machines: ["worker-0"],
      listNodes: () => Promise.resolve(admitted.length < 2 ? [] : [ready("worker-0")]),
      readConsole: () => Promise.resolve(admitted.length < 2 ? consoles.join("\n") : "slipway: joined"),
      admit: (machine) => {
        admitted.push(machine);
        return admitted.length < 2 ? Promise.reject(new Error("no such container")) : Promise.resolve();
      },
      report: (line) => told.push(line),
    });
    await nodes;
    expect(admitted).toEqual(["worker-0", "worker-0"]);
    expect(told).toContain("worker-0: could not be given the certificate of its kubelet: no such container");
  });

  it("brings nothing to a machine that asks for nothing", async () => {
    const admit = jest.fn(() => Promise.resolve());
    await watchAll({ admit }).nodes;
    expect(admit).not.toHaveBeenCalled();
  });

  it("says that the API answers while nodes are still on their way", async () => {
    let stop = false;
    const { api, nodes } = watchAll({
      listNodes: () =>
        Promise.resolve(stop ? [ready("control-plane-0"), ready("worker-0")] : [ready("control-plane-0")]),
    });
    await api;
    stop = true;
    await nodes;
  });

  it("tells each change once", async () => {
    const told: string[] = [];
    const readConsole = jest.fn(() => Promise.resolve("slipway: joined"));
    readConsole.mockResolvedValueOnce("slipway: step kubeadm").mockResolvedValueOnce("slipway: step kubeadm");
    await watchAll({
      machines: ["worker-0"],
      readConsole,
      listNodes: cluster(unreachable, unreachable, [notReady("worker-0", "no network")], [ready("worker-0")]),
      report: (message) => told.push(message),
    }).nodes;
    expect(told).toEqual(["worker-0: kubeadm", "worker-0: node is not ready yet", "worker-0: node is ready"]);
  });

  it("fails both promises at once with the machine's name, step and log lines", async () => {
    const { api, nodes } = watchAll({
      listNodes: cluster(unreachable),
      readConsole: (machine) =>
        Promise.resolve(
          machine === "worker-0"
            ? "slipway: step kubeadm join\nslipway: log unknown field\nslipway: failed kubeadm join"
            : "slipway: step kubeadm init",
        ),
    });
    const message = /machine worker-0 failed at: kubeadm join\n {4}unknown field/;
    await expect(api).rejects.toThrow(message);
    await expect(nodes).rejects.toThrow(message);
  });

  it("names what each late machine is at when the time is over", async () => {
    const { api, nodes } = watchAll({
      listNodes: cluster([ready("control-plane-0"), notReady("worker-0", "cni")]),
      timeoutSeconds: 0,
    });
    await api;
    await expect(nodes).rejects.toThrow(
      /not all machines became ready nodes within 0 s:\n {2}machine worker-0 is still at: node is not ready yet\n {4}cni/,
    );
  });

  it("goes on while a machine's console cannot be read yet", async () => {
    const told: string[] = [];
    await watchAll({
      machines: ["worker-0"],
      readConsole: () => Promise.reject(new Error("No such container")),
      listNodes: cluster(unreachable, [ready("worker-0")]),
      report: (message) => told.push(message),
    }).nodes;
    expect(told[0]).toBe("worker-0: no console yet: Error: No such container");
  });

  it("does not take an earlier machine's word for that of the one that took its place", async () => {
    const told: string[] = [];
    await watchAll({
      machines: ["worker-0"],
      startedAt: () => Promise.resolve(new Date(now.getTime() + 900)),
      listNodes: cluster([ready("worker-0", { heartbeat: earlier })], [ready("worker-0")]),
      report: (message) => told.push(message),
    }).nodes;
    expect(told).toEqual(["worker-0: node is not ready yet", "worker-0: node is ready"]);
  });

  it("watches a machine only once it has been made", async () => {
    const told: string[] = [];
    const readiness = watchReadiness(options({ report: (message) => told.push(message) }));
    await readiness.node("worker-0");
    expect(told).toEqual(["worker-0: node is ready"]);
    await readiness.node("control-plane-0");
    expect(told).toEqual(["worker-0: node is ready", "control-plane-0: node is ready"]);
  });

  it("lets pods onto a node again whose machine was made anew, when its own are ready, and onto no other", async () => {
    const welcomed: string[] = [];
    await watchAll({
      listNodes: cluster([ready("control-plane-0"), ready("worker-0", { drained: true })]),
      welcome: (name) => {
        welcomed.push(name);
        return Promise.resolve(welcomed.length === 2);
      },
    }).nodes;
    expect(welcomed).toEqual(["worker-0", "worker-0"]);
  });

  it("says at once that the API of machines which have joined before does not answer", async () => {
    const told: string[] = [];
    await watchAll({
      readConsole: () => Promise.resolve("slipway: step kubeadm\nslipway: joined"),
      listNodes: cluster(unreachable, unreachable, [ready("control-plane-0"), ready("worker-0")]),
      report: (message) => told.push(message),
    }).nodes;
    expect(told.filter((line) => line.includes("the API"))).toEqual([
      "the API does not answer, though control-plane-0, worker-0 joined before: connect ECONNREFUSED",
    ]);
  });

  it("repeats what it waits for while nothing changes", async () => {
    const told: string[] = [];
    const { nodes } = watchAll({
      readConsole: () => Promise.resolve("slipway: step kubeadm"),
      listNodes: cluster(unreachable),
      timeoutSeconds: 0.2,
      reminderSeconds: 0.05,
      report: (message) => told.push(message),
    });
    await expect(nodes).rejects.toThrow(/not all machines/);
    expect(told).toContain(
      "still waiting, for 0 s at most: the API does not answer: connect ECONNREFUSED; " +
        "control-plane-0: kubeadm; worker-0: kubeadm",
    );
  });

  it("says what to do where the API does not answer, while it waits and when it gives up", async () => {
    const told: string[] = [];
    const { nodes } = watchAll({
      readConsole: () => Promise.resolve("slipway: step kubeadm"),
      listNodes: cluster(unreachable),
      timeoutSeconds: 0.2,
      reminderSeconds: 0.05,
      advice: "open the tunnel",
      report: (message) => told.push(message),
    });
    await expect(nodes).rejects.toThrow("the API does not answer: connect ECONNREFUSED; open the tunnel");
    expect(told.join()).toContain(
      "the API does not answer: connect ECONNREFUSED; open the tunnel; control-plane-0",
    );
  });

  it("says so when the API takes a connection and never answers", async () => {
    const told: string[] = [];
    const { nodes } = watchAll({
      listNodes: () => new Promise(() => undefined),
      timeoutSeconds: 0.2,
      lookSeconds: 0.02,
      reminderSeconds: 0.05,
      report: (message) => told.push(message),
    });
    await expect(nodes).rejects.toThrow(/not all machines/);
    expect(told.join()).toContain("the API does not answer: no answer within 0.02 s");
  });

  it("reads the console of a machine that has joined no more", async () => {
    let reads = 0;
    await watchAll({
      machines: ["worker-0"],
      readConsole: () => {
        reads += 1;
        return Promise.resolve("slipway: joined");
      },
      listNodes: cluster(
        [notReady("worker-0", "no network")],
        [notReady("worker-0", "no network")],
        [ready("worker-0")],
      ),
    }).nodes;
    expect(reads).toBe(1);
  });

  it("reads a console no more often than it is told, and looks at the API all the while", async () => {
    const readConsole = jest.fn(() => Promise.resolve("slipway: joined"));
    readConsole.mockResolvedValueOnce("slipway: step kubeadm");
    const waiting = [notReady("worker-0", "no pod network")];
    const listNodes = jest.fn(cluster(waiting, waiting, waiting, [ready("worker-0")]));
    const machines = { machines: ["worker-0"], consoleIntervalMilliseconds: 60_000 };
    await watchAll({ ...machines, listNodes, readConsole }).nodes;
    expect(listNodes).toHaveBeenCalledTimes(4);
    // Once at first, and once for the last word of a machine whose node is ready.
    expect(readConsole).toHaveBeenCalledTimes(2);
  });

  it("waits for a control plane that has more to do when its node is ready, and says what", async () => {
    const told: string[] = [];
    const readConsole = jest.fn(() => Promise.resolve("slipway: joined"));
    readConsole
      .mockResolvedValueOnce("slipway: step kubeadm join")
      .mockResolvedValueOnce("slipway: step etcd");
    await watchAll({
      machines: ["control-plane-1"],
      listNodes: cluster([ready("control-plane-1")]),
      readConsole,
      report: (message) => told.push(message),
    }).nodes;
    expect(told).toEqual([
      "control-plane-1: kubeadm join",
      "control-plane-1: etcd",
      "control-plane-1: node is ready",
    ]);
  });

  it("takes a ready node for what it is whose machine gave up and was mended by hand", async () => {
    await watchAll({
      machines: ["worker-0"],
      listNodes: cluster([ready("worker-0")]),
      readConsole: () => Promise.resolve("slipway: step kubeadm join\nslipway: failed kubeadm join"),
    }).nodes;
  });
});
