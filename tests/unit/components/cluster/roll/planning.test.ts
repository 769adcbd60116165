import type { Member } from "../../../../../components/cluster/members";
import { type PlanInputs, planRoll } from "../../../../../components/cluster/roll/planning";
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

/** Of a port on which nobody listens. */
const silentKubeconfig = JSON.stringify({
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "u", user: {} }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  "current-context": "x",
});

const nothing = () => Promise.resolve(undefined);

const planned = (
  revision: string,
  obstacle: () => Promise<string | undefined>,
  changes: Partial<PlanInputs> = {},
) =>
  planRoll({
    members: [member],
    kubernetesVersion: "1.37.2",
    live: [live],
    revisions: [revision],
    kubeconfig: undefined,
    patienceSeconds: 1,
    longerSeconds: () => Promise.resolve(0),
    failed: () => Promise.resolve(new Set()),
    certificateSeconds: 365 * 86_400,
    canRenew: true,
    authorities: [],
    obstacle,
    ...changes,
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
    const { lines } = await planned("new", nothing);
    expect(lines[0]).toContain("roll 1/1: control-plane-0: replaced, 1.37.2 stays");
  });

  it("gives an API that does not answer the longer time, and goes without it then", async () => {
    const longerSeconds = jest.fn(() => Promise.resolve(1));
    const begin = Date.now();
    const { lines, connection } = await planned("new", nothing, {
      kubeconfig: silentKubeconfig,
      patienceSeconds: 1,
      longerSeconds,
    });
    expect(longerSeconds).toHaveBeenCalledTimes(1);
    expect(Date.now() - begin).toBeGreaterThan(2000);
    expect(connection).toBeUndefined();
    expect(lines.at(-1)).toContain("the API does not answer: machines go without a drain");
  });
});
