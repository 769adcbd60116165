import { benchmarks } from "../../../bench/benchmarks";
import { comparison, figure } from "../../../bench/measure";
import { type Benchmark, chosen, merge, readResults } from "../../../bench/results";

const benchmark = (...names: string[]): Benchmark => ({ names, run: () => Promise.resolve([]) });
const [up, size, kind] = [benchmark("up", "boot"), benchmark("size"), benchmark("kind-1-2")];
const all = [up, size, kind];

describe("which benchmarks run", () => {
  it("is all of them unless some are named", () => {
    expect(chosen(all, undefined)).toEqual(all);
    expect(chosen(all, "")).toEqual(all);
  });

  it("is those that are named, in their own order, by any of their names", () => {
    expect(chosen(all, "kind-1-2, boot")).toEqual([up, kind]);
  });

  it("says which names there are when one is of no benchmark", () => {
    expect(() => chosen(all, "size,speed")).toThrow(
      "ONLY: no such benchmark: speed; write some of up,boot,size,kind-1-2",
    );
  });
});

describe("new results", () => {
  const old = [figure("up", "s", 30), figure("boot/worker", "s", 9), figure("size/image", "MB", 500)];

  it("take the place of those of their own names, and leave the others'", () => {
    const measured = [figure("up", "s", 20), figure("boot/first", "s", 8)];
    expect(merge(all, old, measured)).toEqual([...measured, figure("size/image", "MB", 500)]);
  });

  it("of a benchmark that is not through yet leave the rest of its old ones", () => {
    const measured = [figure("up", "s", 20)];
    expect(merge(all, old, measured)).toEqual([...measured, ...old.slice(1)]);
  });

  it("stand in the order of the benchmarks", () => {
    const measured = [figure("size/image", "MB", 400)];
    expect(merge(all, [...old].reverse(), measured).at(-1)).toEqual(measured[0]);
  });

  it("push out what no benchmark knows any more", () => {
    expect(merge(all, [figure("upwards", "s", 1)], [])).toEqual([]);
  });
});

it("the ratio of a comparison is the median of the pairs' ratios", () => {
  const pairs = [
    { value: 10, reference: 10 },
    { value: 40, reference: 20 },
    { value: 15, reference: 10 },
  ];
  expect(comparison("up", "s", pairs)).toEqual({
    name: "up",
    unit: "s",
    value: 15,
    reference: 10,
    ratio: 1.5,
  });
});

it("every result that is written down belongs to a benchmark", () => {
  const results = readResults();
  const kept = merge(benchmarks, results, []);
  expect(kept.map(({ name }) => name).sort()).toEqual(results.map(({ name }) => name).sort());
});
