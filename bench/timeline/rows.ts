import type { Boot } from "../machines";
import { createdResources, type CreatedResource, type TimedEvent } from "./event-log";

/** Whose work a bar is; each has a colour. */
export type Group = "program" | "identity" | "docker" | "machine" | "kubernetes";

/** Something that went on for a while. Times are in seconds since `pulumi up` was called. */
export interface Bar {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

export interface Row {
  readonly name: string;
  readonly group: Group;
  readonly bars: readonly Bar[];
}

/** What is known of one `pulumi up`. Times are in milliseconds since 1970. */
export interface Recording {
  readonly begin: number;
  readonly end: number;
  readonly events: readonly TimedEvent[];
  /** The boot of each machine, by the machine's name. */
  readonly boots: ReadonlyMap<string, Boot>;
}

/** Kinds of Kubernetes objects whose creation is through when their pods run; the others are there at once. */
const awaited = new Set(["DaemonSet", "Deployment", "StatefulSet", "Job"]);

/** One row for the program's start, for each machine and for each type of resource, as they begin. */
export function timelineRows(recording: Recording): Row[] {
  const seconds = (time: number): number => (time - recording.begin) / 1000;
  const resources = createdResources(recording.events);
  const firstStart = resources[0]?.start ?? recording.end;
  const lastEnd = Math.max(firstStart, ...resources.map(({ end }) => end));
  const bar = (label: string, start: number, end: number): Bar => ({
    label,
    start: seconds(start),
    end: seconds(end),
  });
  const program: Row = {
    name: "engine and program",
    group: "program",
    bars: [bar("start", recording.begin, firstStart), bar("end", lastEnd, recording.end)],
  };
  const machines = [...recording.boots].map(([name, boot]): Row => {
    const ready = resources.find((each) => isMembershipOf(name, each))?.start ?? recording.end;
    return { name, group: "machine", bars: bootSteps(boot, ready).map((step) => bar(...step)) };
  });
  const made = [...new Set(resources.map(({ type }) => rowName(type)))].map((name): Row => {
    const some = resources.filter(({ type }) => rowName(type) === name);
    return {
      name,
      group: groupOf(some[0]?.type ?? ""),
      bars: some.map((each) => bar(each.name, each.start, each.end)),
    };
  });
  return [program, ...[...machines, ...made].sort((one, other) => startOf(one) - startOf(other))];
}

function startOf({ bars }: Row): number {
  return Math.min(...bars.map(({ start }) => start));
}

/** What a machine did, one after the other, until its node was ready. */
function bootSteps({ startedAt, console }: Boot, ready: number): (readonly [string, number, number])[] {
  const steps = console.flatMap(({ at, text }) => {
    const [, step, joined] = /slipway: (?:step (.*)|(joined))$/.exec(text) ?? [];
    if (step !== undefined) return [[shortStep(step), at] as const];
    return joined === undefined ? [] : [["joined, not Ready yet", at] as const];
  });
  const all = [["systemd, cloud-init", startedAt] as const, ...steps];
  return all.map(([label, at], index) => [label, at, Math.max(at, all[index + 1]?.[1] ?? ready)] as const);
}

/** Without what only says where, or how often. */
function shortStep(step: string): string {
  return step.replace(/ at https:.*| over the .*|, attempt 1 of \d+/, "");
}

/** A membership is made when its machine's node is ready: components/cluster/membership.ts. */
function isMembershipOf(machine: string, { type, name }: CreatedResource): boolean {
  return type.endsWith(":Membership") && name.endsWith(`-${machine}`);
}

function groupOf(type: string): Group {
  if (type.startsWith("docker:")) return "docker";
  return type.startsWith("kubernetes:") ? "kubernetes" : "identity";
}

/** `docker Container`, `Kubernetes Deployment`, `KeyPair`. */
function rowName(type: string): string {
  const kind = type.split(":").at(-1) ?? type;
  if (type.startsWith("pulumi:providers:")) return "providers";
  switch (groupOf(type)) {
    case "docker":
      return `Docker ${kind}`;
    case "kubernetes":
      return awaited.has(kind) ? kind : "other objects";
    default:
      return kind === "Membership" ? "memberships" : "identity";
  }
}
