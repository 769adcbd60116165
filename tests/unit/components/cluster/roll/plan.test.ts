import { rollLines } from "../../../../../components/cluster/roll/lines";
import { type RollPlan, rollPlan, type WantedMachine } from "../../../../../components/cluster/roll/plan";
import type { LiveMachine } from "../../../../../components/machines";

const wanted = (name: string, changes: Partial<WantedMachine> = {}): WantedMachine => ({
  name,
  ...(name.startsWith("control-plane") ? {} : { pool: name.replace(/-\d+$/, "") }),
  maxUnavailable: 1,
  revision: "new",
  kubernetesVersion: "1.37.2",
  ...changes,
});

const live = (name: string, changes: Partial<LiveMachine> = {}): LiveMachine => ({
  name,
  state: "running",
  id: name,
  revision: "old",
  kubernetesVersion: "1.36.3",
  ...changes,
});

const names = ["control-plane-0", "control-plane-1", "control-plane-2", "worker-0", "worker-1", "worker-2"];

const order = ({ waves }: RollPlan): string[] =>
  waves.map((wave) => wave.map(({ machine, change }) => `${change} ${machine.name}`).join(" + "));

const all = new Set(names);

describe("the plan of a roll", () => {
  it("changes control planes one by one, then each pool's machines", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: names.map((name) => live(name)),
      readyNodes: all,
    });
    expect(order(plan)).toEqual(names.map((name) => `replace ${name}`));
  });

  it("replaces a machine that somebody wants anew, though nothing of it has changed", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: names.map((name) => live(name, { revision: "new" })),
      readyNodes: all,
      replaced: new Set(["worker-1", "control-plane-2"]),
    });
    expect(order(plan).filter((turn) => !turn.startsWith("keep"))).toEqual([
      "replace control-plane-2",
      "replace worker-1",
    ]);
  });

  it("changes as many of a pool at once as may be away", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name, { maxUnavailable: 2 })),
      live: names.map((name) => live(name)),
      readyNodes: all,
    });
    expect(order(plan).slice(3)).toEqual(["replace worker-0 + replace worker-1", "replace worker-2"]);
  });

  it("begins with the machines that are away, of each kind", () => {
    const readyNodes = new Set(names.filter((name) => name !== "control-plane-2" && name !== "worker-1"));
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: names.map((name) => live(name)),
      readyNodes,
    });
    expect(order(plan)).toEqual(
      ["control-plane-2", "control-plane-0", "control-plane-1", "worker-1", "worker-0", "worker-2"].map(
        (name) => `replace ${name}`,
      ),
    );
  });

  it("has every machine in the chain, also one that seems unchanged", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: names.map((name) => live(name, { revision: "new" })),
      readyNodes: all,
    });
    expect(order(plan)).toEqual(names.map((name) => `keep ${name}`));
  });

  it("brings a lost control plane back before it takes another one away", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: names.map((name) => live(name, name === "control-plane-1" ? { state: "gone" } : {})),
      readyNodes: all,
    });
    expect(order(plan)[0]).toBe("back control-plane-1");
  });

  it("makes new machines after the control planes have changed", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: ["control-plane-0", "worker-0"].map((name) => live(name)),
      readyNodes: all,
    });
    expect(order(plan)).toEqual([
      "replace control-plane-0",
      "make control-plane-1 + make control-plane-2",
      "replace worker-0",
      "make worker-1 + make worker-2",
    ]);
  });

  it("makes all machines that are lost or new together where none is taken away", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: [live("control-plane-0", { revision: "new" }), live("control-plane-1", { state: "gone" })],
      readyNodes: all,
    });
    expect(order(plan)).toEqual([
      "keep control-plane-0",
      "back control-plane-1 + make control-plane-2 + make worker-0 + make worker-1 + make worker-2",
    ]);
  });

  it("changes control planes together where the API does not answer, as it may need several of them", () => {
    const plan = rollPlan({
      wanted: names.map((name) => wanted(name)),
      live: names.map((name) => live(name)),
      readyNodes: undefined,
    });
    expect(order(plan)[0]).toBe(
      "replace control-plane-0 + replace control-plane-1 + replace control-plane-2",
    );
  });

  it("replaces a machine whose revision is not known, in a preview or as it was made before there were any", () => {
    const unknown = {
      wanted: [wanted("worker-0", { revision: undefined })],
      live: [live("worker-0")],
      readyNodes: all,
    };
    const before = { id: "worker-0", name: "worker-0", state: "running" } as const;
    expect(order(rollPlan(unknown))).toEqual(["replace worker-0"]);
    expect(order(rollPlan({ wanted: [wanted("worker-0")], live: [before], readyNodes: all }))).toEqual([
      "replace worker-0",
    ]);
  });

  it("lets machines leave that are not wanted any more, but not a disk that is left of one", () => {
    const plan = rollPlan({
      wanted: [],
      live: [live("worker-3"), live("worker-4", { state: "gone" })],
      readyNodes: all,
    });
    expect(plan.leaving.map(({ name }) => name)).toEqual(["worker-3"]);
  });
});

describe("a roll's lines", () => {
  const facts = {
    wanted: names.map((name) => wanted(name)),
    live: names.map((name) => live(name)),
    readyNodes: all,
  };

  it("say the order, the versions and what it costs", () => {
    const lines = rollLines(rollPlan(facts), new Map([["worker-0", 7]]));
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(
      /^roll 1\/6: control-plane-0: 1\.36\.3 → 1\.37\.2, the API stays \(2 of 3\), about \d+ s$/,
    );
    expect(lines[3]).toMatch(
      /^roll 4\/6: worker-0: 1\.36\.3 → 1\.37\.2, 7 pods move elsewhere, about \d+ s$/,
    );
  });

  it("say that the API is away where there is one control plane", () => {
    const one = { ...facts, wanted: [wanted("control-plane-0")], live: [live("control-plane-0")] };
    expect(rollLines(rollPlan(one))[0]).toContain("the API is away meanwhile");
  });

  it("are none where no machine is taken away", () => {
    const plan = rollPlan({ ...facts, live: names.map((name) => live(name, { revision: "new" })) });
    expect(rollLines(plan)).toEqual([]);
  });
});

describe("certificates that are due", () => {
  const due = new Map(names.map((name) => [name, new Date("2026-12-24T00:00:00Z")]));
  const same = { revision: "old", kubernetesVersion: "1.36.3" };
  const wantedAsItIs = names.map((name) => wanted(name, same));

  it("are signed anew one control plane after the other, while nothing stops", () => {
    const first = new Map([...due].filter(([name]) => name !== "control-plane-1").slice(0, 2));
    const plan = rollPlan({
      wanted: wantedAsItIs,
      live: names.map((name) => live(name)),
      readyNodes: all,
      due: first,
    });
    expect(order(plan)).toEqual([
      "renew control-plane-0",
      "keep control-plane-1",
      "renew control-plane-2",
      "keep worker-0",
      "keep worker-1",
      "keep worker-2",
    ]);
    expect(rollLines(plan)).toEqual([
      "roll 1/2: control-plane-0: its certificates are signed anew, as they end on 2026-12-24T00:00:00.000Z; nothing stops",
      "roll 2/2: control-plane-2: its certificates are signed anew, as they end on 2026-12-24T00:00:00.000Z; nothing stops",
    ]);
  });

  it("are no turn of their own where the machine is replaced, stopped or gone", () => {
    const plan = rollPlan({
      wanted: [wanted("control-plane-0"), ...wantedAsItIs.slice(1, 3)],
      live: [
        live("control-plane-0"),
        live("control-plane-1", { state: "stopped" }),
        live("control-plane-2", { state: "gone" }),
      ],
      readyNodes: all,
      due,
    });
    expect(order(plan).sort()).toEqual([
      "back control-plane-2",
      "keep control-plane-1",
      "replace control-plane-0",
    ]);
  });
});
