import { z } from "zod";

import type { ToolchainFacts } from "./environment-config";
import { nearest } from "./nearest";
import { type Problem, settingPath } from "./problems";
import { type Settings, settingsSchema } from "./schema";

/** A stack's settings, each looked at alone. */
export interface Shape {
  /** Those that are sound; memory is in MiB. */
  readonly settings: Settings;
  readonly problems: readonly Problem[];
  /** Settings of which nobody knows what they were meant to be: what depends on them cannot be judged. */
  readonly doubtful: readonly string[];
}

type Path = readonly PropertyKey[];

/** A problem, and the setting that was meant, where that can be told. */
interface Finding {
  readonly problem: Problem;
  readonly meant: string | undefined;
}

/** Checks each setting by itself, and keeps those that pass. */
export function checkShape(raw: Readonly<Record<string, unknown>>, facts: ToolchainFacts): Shape {
  const schema = settingsSchema(facts);
  const issues = schema.safeParse(raw).error?.issues ?? [];
  const findings = issues.flatMap((issue) => toFindings(schema, issue));
  const wrong = issues.flatMap(wrongPaths).map(wholeSetting);
  return {
    settings: schema.parse(wrong.reduce<unknown>(without, raw)),
    problems: distinctSettings(findings.map(({ problem }) => problem)),
    doubtful: findings.flatMap(({ meant }) => meant ?? []),
  };
}

function toFindings(schema: z.ZodType, issue: z.core.$ZodIssue): Finding[] {
  const setting = settingPath(issue.path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => unknownSetting(issue.path, key, known));
    }
    case "invalid_key":
      return issue.issues.map(({ message }) => ({ problem: { setting, message }, meant: setting }));
    default:
      return [{ problem: { setting, message: issue.message }, meant: setting }];
  }
}

/** Says nothing of the value: under a name that nobody knows it may be a secret. */
function unknownSetting(path: Path, key: string, known: readonly string[]): Finding {
  const right = nearest(key, known);
  const meant = right === undefined ? undefined : settingPath([...path, right]);
  const message = `is not a setting; write ${meant ?? `one of ${known.join(", ")}`}`;
  return { problem: { setting: settingPath([...path, key]), message }, meant };
}

/** The keys of the object that the schema has at this path. */
function knownKeys(schema: z.core.$ZodType | undefined, path: Path): string[] {
  if (schema instanceof z.ZodOptional) {
    return knownKeys(schema.unwrap(), path);
  }
  const [step, ...rest] = path;
  if (schema instanceof z.ZodArray) {
    return knownKeys(schema.element, rest);
  }
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    return step === undefined ? Object.keys(shape) : knownKeys(shape[String(step)], rest);
  }
  return [];
}

function wrongPaths(issue: z.core.$ZodIssue): Path[] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

/** The path of the setting that has its own line in docs/configuration.md: a label, a taint or a host is part of one. */
function wholeSetting(path: Path): Path {
  const depths = new Map<PropertyKey | undefined, number>([
    ["pools", 3],
    ["hosts", 1],
    ["platform", 1],
  ]);
  return path.slice(0, depths.get(path[0]) ?? 2);
}

/** The value without what is at the path; in a list an empty object stays in its place, so that the others keep theirs. */
function without(value: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  const isLast = rest.length === 0;
  if (Array.isArray(value)) {
    return value.map((element: unknown, index) => {
      if (index !== step) {
        return element;
      }
      return isLast ? {} : without(element, rest);
    });
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([key]) => key !== step || !isLast);
    return Object.fromEntries(
      entries.map(([key, child]: [string, unknown]) => [key, key === step ? without(child, rest) : child]),
    );
  }
  return value;
}

/** The first problem of each setting: a value that breaks two rules of one schema needs one line. */
function distinctSettings(problems: readonly Problem[]): Problem[] {
  return [
    ...new Map([...problems].reverse().map((problem) => [problem.setting, problem])).values(),
  ].reverse();
}
