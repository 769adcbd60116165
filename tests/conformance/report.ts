import * as z from "zod";

import { type LeftOut, groupByReason } from "./left-out";
import type { Spec } from "./spec";

/** How a spec ended. */
export interface SpecResult extends Spec {
  readonly outcome: "passed" | "failed" | "skipped";
  /** Of a failed spec: its failure's message; of one that skipped itself: why. */
  readonly message: string;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** How a run of the suite ended. */
export interface Outcome {
  readonly passed: readonly SpecResult[];
  readonly failed: readonly SpecResult[];
  readonly leftOut: readonly LeftOut[];
}

// The part of Ginkgo's report that is read: https://pkg.go.dev/github.com/onsi/ginkgo/v2/types#Report
const reportShape = z.array(
  z.object({
    SpecReports: z
      .array(
        z.object({
          ContainerHierarchyTexts: z.array(z.string()).nullable(),
          LeafNodeType: z.string(),
          LeafNodeText: z.string(),
          State: z.string(),
          RunTime: z.number(),
          Failure: z.object({ Message: z.string().optional() }).optional(),
        }),
      )
      .nullable(),
  }),
);

type SpecReport = NonNullable<z.infer<typeof reportShape>[number]["SpecReports"]>[number];

/**
 * Reads the JSON report that Ginkgo wrote.
 *
 * @returns the specs that ran or skipped themselves, and parts of the suite's own set-up that failed; those that a
 * filter kept from running are left away
 * @throws Error when it is no such report
 */
export function readReport(json: string): SpecResult[] {
  return reportShape
    .parse(JSON.parse(json))
    .flatMap(({ SpecReports }) => SpecReports ?? [])
    .flatMap((report) => {
      const outcome = outcomeOf(report);
      if (outcome === undefined) return [];
      const message = report.Failure?.Message ?? "";
      return [{ name: nameOf(report), outcome, message, seconds: report.RunTime / 1e9 }];
    });
}

function nameOf({ ContainerHierarchyTexts, LeafNodeType, LeafNodeText }: SpecReport): string {
  if (LeafNodeType !== "It") return `[${LeafNodeType}]${LeafNodeText && ` ${LeafNodeText}`}`;
  return [...(ContainerHierarchyTexts ?? []), LeafNodeText].filter((text) => text !== "").join(" ");
}

function outcomeOf({ LeafNodeType, State, Failure }: SpecReport): SpecResult["outcome"] | undefined {
  const isSpec = LeafNodeType === "It";
  switch (State) {
    case "passed":
      return isSpec ? "passed" : undefined;
    // One that was interrupted has not said anything of the cluster.
    case "pending":
    case "interrupted":
      return undefined;
    case "skipped":
      return isSpec && Failure?.Message ? "skipped" : undefined;
    default:
      return "failed";
  }
}

/**
 * Puts together what became of the specs that were asked for.
 *
 * @param wanted - those that were to run
 * @param leftOut - those that were not
 * @param results - what the suite said of those that did
 */
export function outcomeFor(
  wanted: readonly Spec[],
  leftOut: readonly LeftOut[],
  results: readonly SpecResult[],
): Outcome {
  const told = new Set(results.map(({ name }) => name));
  const skipped = results
    .filter(({ outcome }) => outcome === "skipped")
    .map(({ name, message }) => ({ name, reason: `the spec says: ${firstLine(message)}` }));
  const notRun = wanted
    .filter(({ name }) => !told.has(name))
    .map(({ name }) => ({ name, reason: "the run ended first" }));
  return {
    passed: results.filter(({ outcome }) => outcome === "passed"),
    failed: results.filter(({ outcome }) => outcome === "failed"),
    leftOut: [...leftOut, ...groupByReason([...skipped, ...notRun])],
  };
}

const count = (leftOut: readonly LeftOut[]): number =>
  leftOut.reduce((sum, { names }) => sum + names.length, 0);

/** The special interest group that keeps a spec, as in `sig-network`. */
function groupOf(name: string): string {
  return /\[(sig-[a-z-]+)\]/.exec(name)?.[1] ?? "other";
}

/**
 * The table, the names of what failed and of what was left out with reasons, and the line that sums it up.
 *
 * @param most - how many names to tell for each reason to leave specs out; default: all
 */
export function summary({ passed, failed, leftOut }: Outcome, most = Infinity): string {
  const out = leftOut.flatMap(({ names }) => names);
  const groups = [
    ...new Set([...passed, ...failed, ...out.map((name) => ({ name }))].map((s) => groupOf(s.name))),
  ];
  const inGroup = (names: readonly string[], group: string): string =>
    String(names.filter((name) => groupOf(name) === group).length).padStart(9);
  const rows = groups.sort().map((group) => {
    const [pass, fail] = [passed, failed].map((results) => results.map(({ name }) => name));
    return `${group.padEnd(24)}${inGroup(pass ?? [], group)}${inGroup(fail ?? [], group)}${inGroup(out, group)}`;
  });
  return [
    `${"".padEnd(24)}${"passed".padStart(9)}${"failed".padStart(9)}${"left out".padStart(9)}`,
    ...rows,
    ...failed.flatMap(({ name, message }) => [`failed: ${name}`, `    ${firstLine(message)}`]),
    ...leftOut.flatMap(({ reason, names }) => [
      `left out, as ${reason}: ${names.length}`,
      ...names.slice(0, most).map((name) => `    ${name}`),
      ...(names.length > most ? [`    and ${names.length - most} more`] : []),
    ]),
    `${passed.length} passed, ${failed.length} failed, ${count(leftOut)} skipped`,
  ].join("\n");
}

/** Whether the run may end with code 0: something ran, nothing failed, and nothing that was to run did not. */
export function succeeded(outcome: Outcome, wanted: readonly Spec[]): boolean {
  const told = new Set(outcome.passed.map(({ name }) => name));
  const skippedThemselves = new Set(
    outcome.leftOut.filter(({ reason }) => reason.startsWith("the spec says")).flatMap(({ names }) => names),
  );
  return (
    outcome.failed.length === 0 &&
    outcome.passed.length > 0 &&
    wanted.every(({ name }) => told.has(name) || skippedThemselves.has(name))
  );
}

function firstLine(message: string): string {
  return (message.trim().split("\n")[0] ?? "").slice(0, 300);
}
