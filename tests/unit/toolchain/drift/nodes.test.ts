import { driftOfNodes } from "../../../../toolchain/drift/nodes";

const now = Date.parse("2026-12-01T12:00:00Z");

const node = (name: string, status: string) => ({
  kind: "Node",
  metadata: { name },
  status: {
    conditions: [
      { type: "Ready", status, message: "PLEG is not healthy", lastTransitionTime: "2026-12-01T11:50:00Z" },
    ],
  },
});

it("tells of machines that are broken nodes, and of those that are none", () => {
  const nodes = [node("control-plane-0", "True"), node("worker-0", "False"), node("worker-9", "False")];
  // worker-9 does not run: that it is stopped is said already.
  expect(driftOfNodes(nodes, ["control-plane-0", "worker-0", "worker-1"], now)).toEqual([
    {
      machine: "worker-0",
      problems: ["the node has not been ready for 10 minutes: PLEG is not healthy"],
    },
    { machine: "worker-1", problems: ["the node is none of the cluster: somebody has deleted it"] },
  ]);
});
