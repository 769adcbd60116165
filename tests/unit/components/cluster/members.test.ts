import { clusterMembers } from "../../../../components/cluster/members";

const size = { cpus: 2, memoryMiB: 2048 };

describe("clusterMembers", () => {
  it("lists control planes first, then pool by pool", () => {
    const members = clusterMembers({ ...size, count: 3 }, [
      { ...size, name: "worker", count: 2 },
      { ...size, name: "build", count: 1 },
    ]);
    expect(members.map(({ name }) => name)).toEqual([
      "control-plane-0",
      "control-plane-1",
      "control-plane-2",
      "worker-0",
      "worker-1",
      "build-0",
    ]);
  });

  it("keeps workloads off control planes, and gives workers their pool's labels and taints", () => {
    const taint = { key: "dedicated", value: "build", effect: "NoSchedule" } as const;
    const [controlPlane, build] = clusterMembers({ ...size, count: 1 }, [
      { ...size, name: "build", count: 1, labels: { disk: "fast" }, taints: [taint] },
    ]);
    expect(controlPlane).toMatchObject({
      labels: {},
      taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
    });
    expect(build).toMatchObject({ labels: { disk: "fast" }, taints: [taint] });
  });

  it("makes no machine for an empty pool", () => {
    expect(clusterMembers({ ...size, count: 1 }, [{ ...size, name: "worker", count: 0 }])).toHaveLength(1);
  });
});
