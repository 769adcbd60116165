import { SpecProgress } from "../../conformance/progress";

function linesFor(output: string, total = 12): string[] {
  const lines: string[] = [];
  const progress = new SpecProgress(total, (line) => lines.push(line));
  for (const line of output.split("\n")) progress.line(line);
  return lines;
}

it("says of each spec how it ended, and how many failed so far", () => {
  expect(
    linesFor(`
------------------------------
• [12.345 seconds]
[sig-network] DNS should resolve [Conformance] [sig-network, Conformance]
k8s.io/kubernetes/test/e2e/network/dns.go:33

  Timeline >>
  STEP: Creating a pod
  << Timeline
------------------------------
• [FAILED] [60.001 seconds]
[sig-apps] Job [It] should run [Conformance] [sig-apps, Conformance]
------------------------------
S [SKIPPED] [0.100 seconds]
[sig-node] Pods [It] should wait [sig-node]
`),
  ).toEqual([
    "[ 1/12] passed in 12 s: [sig-network] DNS should resolve [Conformance]",
    "[ 2/12, 1 failed so far] failed in 60 s: [sig-apps] Job [It] should run [Conformance]",
    "[ 3/12, 1 failed so far] skipped in 0 s: [sig-node] Pods [It] should wait",
  ]);
});

it("takes nothing else for a spec", () => {
  expect(
    linesFor("[SynchronizedBeforeSuite] PASSED [1.000 seconds]\n  • [1.000 seconds]\nRan 3 of 7 Specs"),
  ).toEqual([]);
});
