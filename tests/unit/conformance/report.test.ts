import { type SpecResult, outcomeFor, readReport, succeeded, summary } from "../../conformance/report";

const it1 = {
  ContainerHierarchyTexts: ["[sig-network] DNS", ""],
  LeafNodeType: "It",
  LeafNodeText: "should resolve [Conformance]",
  State: "passed",
  RunTime: 2_500_000_000,
  Failure: {},
};

const reportOf = (...specs: object[]): string => JSON.stringify([{ SuitePath: "/x", SpecReports: specs }]);

describe("a report of Ginkgo", () => {
  it("gives each spec that ran by its whole name, and its time in seconds", () => {
    expect(readReport(reportOf(it1))).toEqual([
      {
        name: "[sig-network] DNS should resolve [Conformance]",
        outcome: "passed",
        message: "",
        seconds: 2.5,
      },
    ]);
  });

  it.each(["failed", "panicked", "timedout", "aborted"])("counts %s as failed", (State) => {
    const [result] = readReport(reportOf({ ...it1, State, Failure: { Message: "why" } }));
    expect(result).toMatchObject({ outcome: "failed", message: "why" });
  });

  it("tells a spec that skipped itself from one that a filter kept out", () => {
    const skipped = { ...it1, State: "skipped" };
    expect(readReport(reportOf(skipped, { ...it1, State: "pending" }))).toEqual([]);
    expect(readReport(reportOf({ ...it1, State: "interrupted", Failure: { Message: "by user" } }))).toEqual(
      [],
    );
    const [result] = readReport(reportOf({ ...skipped, Failure: { Message: "needs 2 nodes" } }));
    expect(result).toMatchObject({ outcome: "skipped", message: "needs 2 nodes" });
  });

  it("names what failed of the suite's own set-up, and nothing else of it", () => {
    const setUp = {
      ...it1,
      ContainerHierarchyTexts: null,
      LeafNodeType: "SynchronizedBeforeSuite",
      LeafNodeText: "",
    };
    expect(readReport(reportOf(setUp))).toEqual([]);
    const [result] = readReport(reportOf({ ...setUp, State: "failed", Failure: { Message: "no nodes" } }));
    expect(result).toMatchObject({ name: "[SynchronizedBeforeSuite]", outcome: "failed" });
  });

  it("is refused when it is something else", () => {
    expect(() => readReport('{"items":[]}')).toThrow();
  });
});

describe("an outcome", () => {
  const result = (name: string, outcome: SpecResult["outcome"], message = ""): SpecResult => ({
    ...{ name, outcome, message, seconds: 1 },
  });
  const wanted = ["[sig-apps] a", "[sig-apps] b", "[sig-node] c", "[sig-node] d"].map((name) => ({ name }));
  const outcome = outcomeFor(
    wanted,
    [{ reason: "image x cannot be had", names: ["[sig-storage] e"] }],
    [
      result("[sig-apps] a", "passed"),
      result("[sig-apps] b", "failed", "expected 1\nto equal 2"),
      result("[sig-node] c", "skipped", "only for 3 nodes\nat somewhere"),
    ],
  );

  it("is told as a table, with what failed, what was left out and why, and ends with the sums", () => {
    expect(summary(outcome).split("\n")).toEqual([
      "                           passed   failed left out",
      "sig-apps                        1        1        0",
      "sig-node                        0        0        2",
      "sig-storage                     0        0        1",
      "failed: [sig-apps] b",
      "    expected 1",
      "left out, as image x cannot be had: 1",
      "    [sig-storage] e",
      "left out, as the spec says: only for 3 nodes: 1",
      "    [sig-node] c",
      "left out, as the run ended first: 1",
      "    [sig-node] d",
      "1 passed, 1 failed, 3 skipped",
    ]);
  });

  it("tells no more names than asked for", () => {
    const long = { passed: [], failed: [], leftOut: [{ reason: "such", names: ["a", "b", "c"] }] };
    expect(summary(long, 2)).toContain("left out, as such: 3\n    a\n    b\n    and 1 more\n");
  });

  it("is a success only when nothing failed, and all that was to run did or skipped itself", () => {
    expect(succeeded(outcome, wanted)).toBe(false);
    const passed = (...names: string[]): SpecResult[] => names.map((name) => result(name, "passed"));
    const some = wanted.slice(0, 2);
    expect(succeeded(outcomeFor(some, [], passed("[sig-apps] a", "[sig-apps] b")), some)).toBe(true);
    expect(succeeded(outcomeFor(some, [], passed("[sig-apps] a")), some)).toBe(false);
    const skipsItself = [...passed("[sig-apps] a"), result("[sig-apps] b", "skipped", "not here")];
    expect(succeeded(outcomeFor(some, [], skipsItself), some)).toBe(true);
    expect(succeeded(outcomeFor([], [], []), [])).toBe(false);
  });
});
