import { type Boot } from "../../../../bench/machines";
import { timeline } from "../../../../bench/timeline";
import { drawTimeline } from "../../../../bench/timeline/draw";
import type { EngineEvent, TimedEvent } from "../../../../bench/timeline/event-log";
import { type Recording, timelineRows } from "../../../../bench/timeline/rows";

const begin = Date.parse("2026-11-25T08:00:00Z");
const at = (seconds: number): number => begin + seconds * 1000;

function created(type: string, name: string, from: number, to: number, custom = true): TimedEvent[] {
  const metadata = { op: "create", urn: `urn:pulumi:dev::slipway::${type}::${name}`, type, new: { custom } };
  const events: [number, EngineEvent][] = [
    [from, { resourcePreEvent: { metadata } }],
    [to, { resOutputsEvent: { metadata } }],
  ];
  return events.map(([seconds, event]) => ({ at: at(seconds), event }));
}

const boot: Boot = {
  startedAt: at(5),
  console: [
    { at: at(6), text: "Started something else" },
    { at: at(7), text: "slipway: step waiting for the API at https://10.0.0.2:6443" },
    { at: at(9), text: "slipway: step kubeadm join, attempt 1 of 20" },
    { at: at(11), text: "slipway: joined" },
  ],
};

const recording: Recording = {
  begin,
  end: at(20),
  events: [
    ...created("slipway:machines:DockerMachine", "dev-worker-0", 1, 2, false),
    ...created("docker:index/container:Container", "dev-worker-0", 3, 5),
    ...created("pulumi-nodejs:dynamic/pki:KeyPair", "dev-identity", 2, 3),
    ...created("kubernetes:core/v1:ConfigMap", "kube-proxy", 8, 9),
    ...created("kubernetes:apps/v1:Deployment", "coredns", 9, 18),
    ...created("pulumi-nodejs:dynamic/cluster:Membership", "dev-worker-0", 14, 14),
    { at: at(19), event: {} },
  ],
  boots: new Map([["worker-0", boot]]),
};

describe("the rows of a timeline", () => {
  const rows = timelineRows(recording);
  const barsOf = (name: string): unknown =>
    rows.find((row) => row.name === name)?.bars.map(({ label, start, end }) => [label, start, end]);

  it("are the program, then machines and types of resources as they begin, without components", () => {
    expect(rows.map(({ name, group }) => [name, group])).toEqual([
      ["engine and program", "program"],
      ["identity", "identity"],
      ["Docker Container", "docker"],
      ["worker-0", "machine"],
      ["other objects", "kubernetes"],
      ["Deployment", "kubernetes"],
      ["memberships", "identity"],
    ]);
  });

  it("show each resource from its beginning to its end", () => {
    expect(barsOf("Deployment")).toEqual([["coredns", 9, 18]]);
  });

  it("show the time before the first resource and after the last", () => {
    expect(barsOf("engine and program")).toEqual([
      ["start", 0, 2],
      ["end", 18, 20],
    ]);
  });

  it("show the steps of a machine's boot, until its node is ready", () => {
    expect(barsOf("worker-0")).toEqual([
      ["systemd, cloud-init", 5, 7],
      ["waiting for the API", 7, 9],
      ["kubeadm join", 9, 11],
      ["joined, not Ready yet", 11, 14],
    ]);
  });
});

describe("the picture", () => {
  const svg = timeline(recording);

  it("is one SVG document for light and dark pages", () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 1000 \d+"/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).toContain("<title>pulumi up from nothing: 20 s</title>");
  });

  it("has the same scale for every row", () => {
    // 826 units are 20 seconds, from 150 on.
    expect(svg).toContain('x="521.7" y=');
    expect(svg).toMatch(
      /<rect class="kubernetes" x="521\.7" y="\d+" width="371\.7"[^>]*><title>coredns: 9\.0 s/,
    );
    expect(svg).toContain('<line class="grid" x1="976" x2="976"');
  });

  it("puts bars that overlap into lanes of their own, and many into one", () => {
    const overlapping = (count: number): string =>
      drawTimeline("", [
        {
          name: "pods",
          group: "kubernetes",
          bars: [...Array(count).keys()].map((start) => ({ label: `pod ${start}`, start, end: 10 })),
        },
      ]);
    const lanes = (text: string): number =>
      new Set([...text.matchAll(/<rect class="k.*? y="(\d+)"/g)].map(([, y]) => y)).size;
    expect(lanes(overlapping(3))).toBe(3);
    expect(lanes(overlapping(9))).toBe(1);
    expect(overlapping(9)).toContain("× 9");
  });

  it("cuts a label to its bar and escapes it", () => {
    const text = drawTimeline("a & b", [
      {
        name: "<machine>",
        group: "machine",
        bars: [
          { label: "a & b", start: 0, end: 10 },
          { label: "much longer than its bar is wide", start: 10, end: 11 },
          { label: "tiny", start: 11, end: 11.05 },
          { label: "the rest", start: 12, end: 20 },
        ],
      },
    ]);
    expect(text).toContain(">a &amp; b</text>");
    expect(text).toContain("&lt;machine&gt;");
    expect(text).toMatch(/>much[^<]*…<\/text>/);
    expect(text).not.toContain(">tiny</text>");
  });
});
