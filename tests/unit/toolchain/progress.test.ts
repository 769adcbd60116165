import { everydayParts as all, kubernetesParts, parts } from "../../../toolchain/parts";
import { Progress, duration } from "../../../toolchain/progress";

function recorded(): { progress: Progress; lines: string[] } {
  const lines: string[] = [];
  return { lines, progress: new Progress(all, (line) => lines.push(line)) };
}

it("says which part of how many, and what is next", () => {
  const { progress, lines } = recorded();
  progress.ready(kubernetesParts().kubernetes);
  progress.building(parts["pulumi-resource-docker"])();
  progress.built(parts["pulumi-resource-docker"], 95.4, 131);
  progress.waiting(parts.skipper, "4711");
  progress.building(parts.skipper)();
  expect(lines).toEqual([
    "[ 1/13] kubernetes-1.37.2: ready (cached)",
    expect.stringMatching(
      /^\[ 6\/13\] pulumi-resource-docker: building, about \d+ min cold \(next: pulumi-resource-kubernetes, about \d+ min cold\)$/,
    ),
    "[ 6/13] pulumi-resource-docker: built in 1 min 35 s (2 min 11 s of CPU time)",
    "[13/13] skipper: waiting for process 4711, which builds it",
    expect.stringMatching(/^\[13\/13\] skipper: building, about 2 min cold \(the last one\)$/),
  ]);
});

it("says every 30 s that a long build goes on, until it ends", () => {
  jest.useFakeTimers();
  const { progress, lines } = recorded();
  const stop = progress.building(parts.pulumi);
  jest.advanceTimersByTime(65_000);
  stop();
  jest.advanceTimersByTime(300_000);
  jest.useRealTimers();
  expect(lines.slice(1)).toEqual([
    "[ 4/13] pulumi: still building, 30 s so far",
    "[ 4/13] pulumi: still building, 1 min 0 s so far",
  ]);
});

it.each([
  [0.4, "0 s"],
  [59.6, "1 min 0 s"],
  [125, "2 min 5 s"],
])("writes %d seconds as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
