import { inspect } from "node:util";

import * as pulumi from "@pulumi/pulumi";

/** What a problem with the stack's name stands under. */
export const stackNameSetting = "stack name";

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** The setting as a person looks for it, such as `slipway:pools[1].count`. */
  readonly setting: string;
  /** Its value, what is wrong with it and what would be right, on one line. */
  readonly message: string;
}

/** A problem that several settings have together. */
export interface CrossProblem extends Problem {
  /** All settings that it was found in: where one of them is doubtful, the problem is too. */
  readonly settings: readonly string[];
}

/** A problem that is reported at one setting and found in others too. */
export function between(message: string, setting: string, ...others: string[]): CrossProblem {
  return { setting, message, settings: [setting, ...others] };
}

/**
 * Everything that is wrong with a stack's configuration, one line for each problem. A RunError, so that Pulumi prints
 * it without a stack trace: the reader's mistake is in a file of settings, not in the program.
 */
export class ConfigurationError extends pulumi.RunError {
  /**
   * @param stackName the stack as it was named, valid or not
   * @param problems at least one
   */
  constructor(
    stackName: string,
    readonly problems: readonly Problem[],
  ) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    const lines = problems.map(({ setting, message }) => `  ${setting}: ${message}`);
    super([`The configuration of stack ${shown(stackName)} has ${count}:`, ...lines].join("\n"));
    this.name = "ConfigurationError";
  }

  /**
   * Pulumi inspects every error that a promise brings, colored, although it prints this one without its stack: Node 20
   * took minutes and gigabytes for it.
   */
  [inspect.custom](): string {
    return this.message;
  }
}

/** A setting's path as a person writes it: `["pools", 1, "count"]` is `slipway:pools[1].count`. */
export function settingPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => {
    if (typeof step === "number") {
      return `[${step}]`;
    }
    const name = String(step);
    return /^[A-Za-z]\w*$/.test(name) ? `.${name}` : `[${shown(name)}]`;
  });
  return `slipway:${steps.join("").replace(/^\./, "")}`;
}

/** The path of one of AWS' settings: `"zones"` is `slipway:aws.zones`. */
export const awsPath = (...path: PropertyKey[]): string => settingPath(["aws", ...path]);

/** What may be written, for a sentence: `1, 3 or 5`. */
export function alternatives(some: readonly string[]): string {
  const last = some.at(-1) ?? "";
  return some.length < 2 ? last : `${some.slice(0, -1).join(", ")} or ${last}`;
}

const longestShown = 60;

/**
 * A value as JSON, cut to a number of characters. What is not printable ASCII is escaped: it shows letters that only look right, and
 * keeps control characters from the terminal.
 */
export function shown(value: unknown, longest = longestShown): string {
  const json = JSON.stringify(value).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return json.length > longest ? `${json.slice(0, longest - 3)}...` : json;
}
