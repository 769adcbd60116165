import {
  parseDeployment,
  withoutPendingOperations,
  withoutResources,
} from "../../../../toolchain/recover/deployment";
import { environment, networkUrn, pending } from "./states";

const urnOf = (end: string): string =>
  environment().resources?.find(({ urn }) => urn.endsWith(end))?.urn ?? "";

describe("withoutResources", () => {
  it("leaves a state as it is when nothing goes", () => {
    const before = environment();
    expect(withoutResources(before, new Set())).toBe(before);
  });

  it("leaves no reference to what went, in any of the places that have one", () => {
    const gone = new Set([urnOf("Container::dev-worker-0"), networkUrn]);
    const text = JSON.stringify(withoutResources(environment(), gone));
    for (const urn of gone) expect(text).not.toContain(urn);
  });

  it("changes nothing of what does not refer to it", () => {
    const gone = urnOf("Deployment::catalog");
    const after = withoutResources(environment(), new Set([gone]));
    expect(after.resources).toEqual(environment().resources?.filter(({ urn }) => urn !== gone));
  });

  it("gives the children of what went to the nearest parent that stays", () => {
    const chain = [
      { urn: "a", type: "t" },
      { urn: "b", type: "t", parent: "a" },
      { urn: "c", type: "t", parent: "b" },
      { urn: "d", type: "t", parent: "c" },
    ];
    const { resources } = withoutResources({ resources: chain }, new Set(["b", "c"]));
    expect(resources).toEqual([
      { urn: "a", type: "t" },
      { urn: "d", type: "t", parent: "a" },
    ]);
  });
});

it("forgets pending operations, and nothing else", () => {
  const state = {
    ...environment(),
    manifest: { magic: "x" },
    pending_operations: [pending("creating", "Network::dev")],
  };
  expect(withoutPendingOperations(state)).toEqual({ ...state, pending_operations: [] });
});

describe("parseDeployment", () => {
  it.each([
    [null],
    [[]],
    [{ resources: [{ urn: 1 }] }],
    [{ resources: {} }],
    [{ pending_operations: [{ type: "x" }] }],
  ])("refuses %j, naming where it is from", (value) => {
    expect(() => parseDeployment(value, "dev.json")).toThrow(/^dev\.json is no state/);
  });

  it.each([[{}], [{ resources: null }], [environment()]])("takes %#", (value) => {
    expect(parseDeployment(value, "dev.json")).toBe(value);
  });
});
