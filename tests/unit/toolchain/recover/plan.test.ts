import type { Deployment } from "../../../../toolchain/recover/deployment";
import { type Plan, planRecovery, type Situation } from "../../../../toolchain/recover/plan";
import { before, clusterObject, environment, everything, pending, without } from "./states";

const plan = (situation: Partial<Situation>): Plan =>
  planRecovery({
    verb: "up",
    deployment: environment(),
    seen: everything(),
    inAws: new Map(),
    downHadBegun: false,
    ...situation,
  });

/** Ends of the URNs of what a plan takes out of the state. */
function dropped({ deployment }: Plan, from: Deployment = environment()): string[] {
  const kept = new Set(deployment.resources?.map(({ urn }) => urn));
  return (from.resources ?? [])
    .filter(({ urn }) => !kept.has(urn))
    .map(({ urn }) => urn.replace(/^.*[:/](\w+::[^:]+)$/, "$1"));
}

const nothing = {
  lines: [],
  changesState: false,
  remove: [],
  start: [],
  thaw: [],
  removeInAws: [],
  halfMadeInCluster: [],
  wasBeingTakenDown: false,
};

it.each(["up", "preview", "down"] as const)(
  "does nothing before `%s` when all is as the state says",
  (verb) => {
    expect(plan({ verb })).toEqual({ ...nothing, deployment: { ...environment(), pending_operations: [] } });
  },
);

describe("what went from Docker", () => {
  it("goes from the state, a machine with its place in the cluster, and is named", () => {
    const result = plan({ seen: without("id-worker-0") });
    expect(dropped(result)).toEqual(["Container::dev-worker-0", "Membership::dev-worker-0"]);
    expect(result).toMatchObject({
      ...nothing,
      changesState: true,
      lines: ["The machine worker-0 is gone from Docker: made anew"],
    });
  });

  it("is told by a preview, which changes nothing in Docker", () => {
    const result = plan({ verb: "preview", seen: without("id-worker-0") });
    expect(result.lines).toEqual(["The machine worker-0 is gone from Docker: `make up` makes it anew"]);
    expect(result).toMatchObject({ remove: [], start: [], thaw: [] });
  });

  it("takes nothing of the cluster along while a control plane's disk is there", () => {
    const seen = without("id-control-plane-0", "id-worker-0", "slipway-dev-worker-0");
    expect(dropped(plan({ seen }))).toEqual([
      "Container::dev-control-plane-0",
      "Membership::dev-control-plane-0",
      "Volume::dev-worker-0",
      "Container::dev-worker-0",
      "Membership::dev-worker-0",
    ]);
  });

  it("makes no empty cluster in the place of one whose data is gone, and takes it down all the same", () => {
    const seen = without("id-control-plane-0", "slipway-dev-control-plane-0");
    const message = "No empty cluster is made in its place";
    expect(() => plan({ seen })).toThrow(message);
    expect(() => plan({ seen, verb: "preview" })).toThrow(message);
    expect(dropped(plan({ seen, verb: "down" }))).toEqual(
      expect.arrayContaining([
        "Volume::dev-control-plane-0",
        "Container::dev-control-plane-0",
        "Deployment::catalog",
      ]),
    );
  });

  it("leaves the objects of a cluster that is restored to the next update, which takes them over", () => {
    const seen = without("id-control-plane-0", "slipway-dev-control-plane-0");
    const result = plan({ seen, isRestored: true });
    expect(dropped(result)).toEqual(
      expect.arrayContaining(["Volume::dev-control-plane-0", "Deployment::catalog"]),
    );
    expect(result.deployment.resources?.filter(({ refreshBeforeUpdate }) => refreshBeforeUpdate)).toEqual([]);
    expect(result.changesState).toBe(true);
  });

  it("has the registry's images pushed anew when its disk is gone", () => {
    const result = plan({ seen: without("id-registry", "slipway-dev-registry") });
    expect(dropped(result)).toEqual([
      "Volume::dev-registry",
      "Container::dev-registry",
      "RegistryImage::shop-catalog",
    ]);
    expect(result.lines.at(-1)).toBe("The registry's disk is gone: catalog:1 pushed anew");
  });

  it("has containers made anew that were on a network that is gone", () => {
    const result = plan({ seen: without("id-network") });
    expect(result.remove.map(({ id }) => id)).toEqual(["id-registry", "id-control-plane-0", "id-worker-0"]);
    expect(dropped(result)).not.toContain("Deployment::catalog");
  });

  it("takes along what was to be deleted with it, when all is taken down", () => {
    const result = plan({ verb: "down", seen: without("id-network") });
    expect(dropped(result)).toEqual([
      "Network::dev",
      "Membership::dev-control-plane-0",
      "Membership::dev-worker-0",
      "Deployment::catalog",
    ]);
    expect(result.remove).toEqual([]);
  });

  it("is not looked for on a daemon that we do not ask", () => {
    const { resources = [] } = environment();
    const elsewhere = resources.map((each) =>
      each.type === "pulumi:providers:docker" ? { ...each, inputs: { host: "ssh://elsewhere" } } : each,
    );
    const seen = { containers: [], volumes: [], networks: [], images: new Set<string>() };
    expect(plan({ deployment: { resources: elsewhere }, seen })).toMatchObject(nothing);
  });

  it("counts as gone while Docker removes it", () => {
    const { containers, ...others } = everything();
    const removing = containers.map((each) =>
      each.id === "id-worker-0" ? { ...each, state: "removing" } : each,
    );
    expect(dropped(plan({ seen: { ...others, containers: removing } }))).toContain("Container::dev-worker-0");
  });
});

describe("a machine that does not run", () => {
  const inState = (state: string) => {
    const { containers, ...others } = everything();
    return {
      ...others,
      containers: containers.map((each) => (each.id === "id-worker-0" ? { ...each, state } : each)),
    };
  };

  it.each([
    ["exited", { start: ["id-worker-0"], lines: ["The machine worker-0 is stopped: started"] }],
    ["created", { start: ["id-worker-0"], lines: ["The machine worker-0 is stopped: started"] }],
    ["paused", { thaw: ["id-worker-0"], lines: ["The machine worker-0 is paused: goes on"] }],
  ])("is started where it is %s, and stays what it is", (state, expected) => {
    expect(plan({ seen: inState(state) })).toMatchObject({ ...nothing, ...expected });
  });

  it.each(["preview", "down"] as const)("is left as it is before `%s`", (verb) => {
    expect(plan({ verb, seen: inState("exited") })).toMatchObject({ start: [], changesState: false });
  });
});

describe("what a killed run had begun", () => {
  const killed = (end: string, ...operations: ReturnType<typeof pending>[]): Deployment => ({
    ...before(end),
    pending_operations: operations,
  });

  it("is taken away where it is half-made", () => {
    const deployment = killed("Container::dev-worker-0", pending("creating", "Container::dev-worker-0"));
    expect(plan({ deployment })).toMatchObject({
      remove: [{ kind: "container", id: "id-worker-0" }],
      changesState: true,
      lines: ["A killed run was creating the machine worker-0: the half-made one is taken away"],
    });
  });

  it("is taken away container first, then disk, then network", () => {
    const deployment = killed(
      "Network::dev",
      ...["Network::dev", "Volume::dev-worker-0", "Container::dev-worker-0"].map((end) =>
        pending("creating", end),
      ),
    );
    expect(plan({ deployment }).remove.map(({ kind }) => kind)).toEqual(["container", "volume", "network"]);
  });

  it("is left where there is nothing of it yet", () => {
    const deployment = killed("Container::dev-worker-0", pending("creating", "Container::dev-worker-0"));
    expect(plan({ deployment, seen: without("id-worker-0") })).toMatchObject({
      remove: [],
      lines: ["A killed run was creating the machine worker-0: the next run goes on with it"],
    });
  });

  it("is never somebody else's of the same name, which other labels show", () => {
    const { containers, ...others } = everything();
    const seen = {
      ...others,
      containers: containers.map((each) => ({ ...each, labels: ["slipway.environment=other"] })),
    };
    const deployment = killed("Container::dev-worker-0", pending("creating", "Container::dev-worker-0"));
    expect(plan({ deployment, seen }).remove).toEqual([]);
  });

  it("is never what the state knows: a machine that was to be replaced", () => {
    const deployment = {
      ...environment(),
      pending_operations: [pending("creating", "Container::dev-worker-0")],
    };
    expect(plan({ deployment }).remove).toEqual([]);
  });

  it("is never what outlives the environment: it may hold what an earlier one kept", () => {
    const kept = pending("creating", "Volume::dev-worker-0");
    const deployment = killed("Volume::dev-worker-0", {
      ...kept,
      resource: { ...kept.resource, retainOnDelete: true },
    });
    expect(plan({ deployment })).toMatchObject({
      remove: [],
      lines: ["A killed run was creating the disk of worker-0: the next run goes on with it"],
    });
  });

  it.each(["updating", "deleting", "reading"])("is only unmarked when it was %s", (type) => {
    const deployment = { ...environment(), pending_operations: [pending(type, "Container::dev-worker-0")] };
    const result = plan({ deployment });
    expect(result).toMatchObject({ remove: [], changesState: true, deployment: { pending_operations: [] } });
    expect(dropped(result)).toEqual([]);
  });

  it("is looked for in the cluster where it was an object of it", () => {
    const deployment = killed("Deployment::catalog", pending("creating", "Deployment::catalog"));
    expect(plan({ deployment }).halfMadeInCluster).toMatchObject([
      { urn: clusterObject("Deployment", "catalog").urn },
    ]);
    expect(plan({ deployment, verb: "down" }).halfMadeInCluster).toEqual([]);
  });
});

describe("an environment that was being taken down", () => {
  const cutOff = {
    ...before("kubernetes::dev"),
    pending_operations: [pending("deleting", "Container::dev-worker-0")],
  };

  it("is known by what `make down` notes, and by a destroy that was cut off", () => {
    expect(plan({ downHadBegun: true }).wasBeingTakenDown).toBe(true);
    expect(plan({ deployment: cutOff }).wasBeingTakenDown).toBe(true);
  });

  it("is finished before an `up` as `make down` would: what goes with the network is nobody's to delete", () => {
    const result = plan({ downHadBegun: true, seen: without("id-network") });
    expect(dropped(result)).toContain("Deployment::catalog");
    expect(result).toMatchObject({ start: [], remove: [], halfMadeInCluster: [] });
  });

  it("is not one in which a machine was being replaced", () => {
    const deployment = { ...environment(), pending_operations: cutOff.pending_operations };
    expect(plan({ deployment }).wasBeingTakenDown).toBe(false);
  });

  it("is what `make down` goes on with", () => {
    expect(plan({ deployment: cutOff, verb: "down", downHadBegun: true }).wasBeingTakenDown).toBe(false);
  });
});
