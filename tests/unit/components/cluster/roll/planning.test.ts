import type { Member } from "../../../../../components/cluster/members";
import { planRoll } from "../../../../../components/cluster/roll/planning";
import type { LiveMachine } from "../../../../../components/machines";

const member = {
  name: "control-plane-0",
  slot: { role: "control-plane", index: 0 },
  maxUnavailable: 1,
} as unknown as Member;

const live: LiveMachine = {
  name: "control-plane-0",
  id: "1",
  state: "running",
  revision: "old",
  kubernetesVersion: "1.37.2",
};

const planned = (revision: string, obstacle: () => Promise<string | undefined>) =>
  planRoll({
    members: [member],
    kubernetesVersion: "1.37.2",
    live: [live],
    revisions: [revision],
    kubeconfig: undefined,
    patienceSeconds: 1,
    obstacle,
  });

describe("the planning of a roll", () => {
  it("is refused where the platform has no room for a machine that is made anew", async () => {
    const full = planned("new", () => Promise.resolve("0.3 GB are free; free some"));
    await expect(full).rejects.toThrow("no machine is touched: 0.3 GB are free; free some");
  });

  it("does not ask for room when no machine is taken away", async () => {
    const ask = jest.fn(() => Promise.resolve("there is none"));
    expect((await planned("old", ask)).lines).toEqual([]);
    expect(ask).not.toHaveBeenCalled();
  });

  it("gives the plan's lines where nothing stands in its way", async () => {
    const { lines } = await planned("new", () => Promise.resolve(undefined));
    expect(lines[0]).toContain("roll 1/1: control-plane-0: replaced, 1.37.2 stays");
  });
});
