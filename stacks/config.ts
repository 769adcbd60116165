import * as pulumi from "@pulumi/pulumi";

import { crossCheck } from "./config/checks";
import { withDefaults } from "./config/defaults";
import type { EnvironmentConfig, ToolchainFacts } from "./config/environment-config";
import { isDnsLabel } from "./config/kubernetes-syntax";
import {
  ConfigurationError,
  type CrossProblem,
  type Problem,
  shown,
  stackNameSetting,
} from "./config/problems";
import { maxNameLength, nameAdvice, type Settings } from "./config/schema";
import { checkShape } from "./config/shape";

export type { EnvironmentConfig, PoolConfig, TaintConfig, ToolchainFacts } from "./config/environment-config";
export { ConfigurationError, type Problem } from "./config/problems";

const namespace = "slipway:";

/**
 * More that can be wrong with an environment than its settings tell.
 * @param config the settings with their defaults, also for those that are wrong
 * @param settings those that were written and are sound
 */
export type MoreChecks = (
  config: EnvironmentConfig,
  settings: Settings,
) => Promise<readonly CrossProblem[]> | readonly CrossProblem[];

/**
 * One environment from a stack's settings: defaulted, then validated.
 * @param stackName the stack's name, which is the environment's
 * @param raw the stack's settings of namespace `slipway` without the namespace, as {@link readStackConfig} gives them
 * @param facts what the toolchain has
 * @throws {ConfigurationError} that names everything that is wrong, not the first thing only
 */
export function loadConfig(
  stackName: string,
  raw: Readonly<Record<string, unknown>>,
  facts: ToolchainFacts,
): EnvironmentConfig {
  const { config, problems } = examined(stackName, raw, facts);
  return soundOnly(config, problems);
}

/**
 * The same, for where it is to be made.
 * @param moreChecks looks at the place with what is sound, so that its problems are reported with all others
 * @throws {ConfigurationError} likewise
 */
export async function loadConfigFor(
  stackName: string,
  raw: Readonly<Record<string, unknown>>,
  facts: ToolchainFacts,
  moreChecks: MoreChecks,
): Promise<EnvironmentConfig> {
  const { config, settings, problems, doubts } = examined(stackName, raw, facts);
  const more = await moreChecks(config, settings);
  return soundOnly(config, [...problems, ...more.filter((problem) => !isDoubtful(problem, doubts))]);
}

function examined(stackName: string, raw: Readonly<Record<string, unknown>>, facts: ToolchainFacts) {
  const { settings, problems: shapeProblems, doubtful } = checkShape(raw, facts);
  const config = withDefaults(stackName, settings, facts);
  const nameProblems = stackNameProblems(stackName);
  const doubts = [...doubtful, ...nameProblems.map(({ setting }) => setting)];
  const crossProblems = crossCheck(config, settings, facts).filter((problem) => !isDoubtful(problem, doubts));
  return { config, settings, problems: [...nameProblems, ...shapeProblems, ...crossProblems], doubts };
}

function soundOnly(config: EnvironmentConfig, problems: readonly Problem[]): EnvironmentConfig {
  if (problems.length > 0) throw new ConfigurationError(config.name, problems);
  return config;
}

/**
 * The running stack's settings of namespace `slipway`, without the namespace: all of them, so that one that does not
 * exist is found too. Pulumi hands objects and lists over as JSON, everything else as plain text.
 */
export function readStackConfig(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, text]) => [key.slice(namespace.length), parseSetting(text)]),
  );
}

/** Text that only looks like JSON stays text: its validation says what was expected. */
function parseSetting(text: string): unknown {
  if (!/^[[{]/.test(text)) {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function stackNameProblems(stackName: string): Problem[] {
  const message = `${shown(stackName)} is not a name for an environment; write ${nameAdvice}`;
  return isDnsLabel(stackName, maxNameLength) ? [] : [{ setting: stackNameSetting, message }];
}

/** Whether a problem between settings is one with a setting that is wrong by itself already, or lies in or around it. */
function isDoubtful(problem: CrossProblem, doubtful: readonly string[]): boolean {
  return problem.settings.some((setting) =>
    doubtful.some((doubt) => isPartOf(setting, doubt) || isPartOf(doubt, setting)),
  );
}

function isPartOf(part: string, whole: string): boolean {
  return part === whole || part.startsWith(`${whole}.`) || part.startsWith(`${whole}[`);
}
