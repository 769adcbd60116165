import { brokenNodeFindings, brokenNodes } from "../../../../../components/cluster/roll/broken-nodes";

const now = Date.parse("2026-12-01T12:00:00Z");

const node = (name: string, status: string, minutesAgo: number, message?: string) => ({
  metadata: { name },
  status: {
    conditions: [
      { type: "MemoryPressure", status: "False", lastTransitionTime: "2026-01-01T00:00:00Z" },
      {
        type: "Ready",
        status,
        lastTransitionTime: new Date(now - minutesAgo * 60_000).toISOString(),
        ...(message !== undefined && { message }),
      },
    ],
  },
});

describe("a node", () => {
  it.each([
    ["True", 600, []],
    ["Unknown", 4.9, []],
    ["Unknown", 5, ["worker-1"]],
    ["False", 12.5, ["worker-1"]],
  ])("that is ready: %s for %d minutes is broken: %j", (status, minutes, broken) => {
    expect(brokenNodes([node("worker-1", status, minutes)], now).map(({ name }) => name)).toEqual(broken);
  });

  it("that has not reported yet is not broken", () => {
    expect(brokenNodes([{ metadata: { name: "worker-1" } }], now)).toEqual([]);
  });
});

it("is told with the kubelet's words and with what to do", () => {
  const broken = brokenNodes(
    [
      node("worker-1", "Unknown", 12, "Kubelet stopped posting node status."),
      node("i-0123", "False", 7, "PLEG is not healthy"),
      node("worker-2", "False", 7),
    ],
    now,
  );
  expect(brokenNodeFindings(broken, ["worker-1", "worker-2"])).toEqual([
    "worker-1 has not been ready for 12 minutes: Kubelet stopped posting node status; make replace MACHINE=worker-1 makes it anew over its disk",
    "i-0123 has not been ready for 7 minutes: PLEG is not healthy; its pool makes another one in its place",
    "worker-2 has not been ready for 7 minutes; make replace MACHINE=worker-2 makes it anew over its disk",
  ]);
});
