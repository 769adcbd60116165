import fc from "fast-check";

import { compareVersions, versionProblem } from "../../../../../components/cluster/roll/versions";

const available = ["1.35.4", "1.36.3", "1.37.2"];

describe("a change of the Kubernetes version", () => {
  it.each([
    ["a new cluster has any", "1.37.2", []],
    ["the same stays", "1.36.3", ["1.36.3"]],
    ["one minor up", "1.37.2", ["1.36.3", "1.36.3"]],
    ["another patch", "1.36.9", ["1.36.3"]],
    ["a roll goes on", "1.37.2", ["1.37.2", "1.36.3", "1.36.3"]],
    ["back while a control plane still has it", "1.36.3", ["1.37.2", "1.36.3", "1.36.3"]],
  ])("may be made where %s", (_, wanted, controlPlanes) => {
    expect(versionProblem({ wanted, controlPlanes, available })).toBeUndefined();
  });

  it.each([
    ["1.37.2", ["1.35.4"], "1.37.2 skips 1.36; the cluster has 1.35.4; write 1.36.3 first"],
    ["1.37.2", ["1.36.3", "1.35.4"], "1.37.2 skips 1.36; the cluster has 1.35.4; write 1.36.3 first"],
    [
      "1.35.4",
      ["1.36.3"],
      "1.35.4 is older than 1.36.3, which the cluster has; a cluster does not go back; write 1.36.3",
    ],
  ])("to %s is refused where control planes have %j", (wanted, controlPlanes, message) => {
    expect(versionProblem({ wanted, controlPlanes, available })).toBe(message);
  });

  it("is refused where a worker would be too old for its API server", () => {
    const change = { wanted: "1.37.2", controlPlanes: ["1.37.1"], workers: ["1.33.0"] };
    expect(versionProblem(change)).toBe(
      "1.37.2 is more than 3 minors above a worker's 1.33.0; write 1.37.1 until the workers have it",
    );
  });

  const version = fc.tuple(fc.nat(60), fc.nat(30)).map(([minor, patch]) => `1.${minor}.${patch}`);

  it("never takes a cluster more than one minor up, whatever it has", () => {
    fc.assert(
      fc.property(version, fc.array(version, { minLength: 1 }), (wanted, controlPlanes) => {
        const lowest = [...controlPlanes].sort(compareVersions)[0] ?? "";
        const minors = (text: string): number => Number(text.split(".")[1]);
        const isSkip = minors(wanted) - minors(lowest) > 1;
        expect(versionProblem({ wanted, controlPlanes }) === undefined && isSkip).toBe(false);
      }),
    );
  });

  it("orders versions by number, not by text", () => {
    expect(["1.36.10", "1.9.0", "1.36.9"].sort(compareVersions)).toEqual(["1.9.0", "1.36.9", "1.36.10"]);
  });
});
