import { homedir } from "node:os";
import * as path from "node:path";

import versions from "../toolchain/versions.json";
import { type AccountFailure, hostArchitecture } from "./aws/account";
import { accountProblems } from "./aws/account-checks";
import { type AccountFacts, accountFacts } from "./aws/account-facts";
import { registryLogin } from "./aws/registry";
import { userDataProblems } from "./aws/user-data-checks";
import { awsEnvironment, type AwsEnvironmentOutputs } from "./aws-environment";
import { type EnvironmentConfig, loadConfigFor } from "./config";
import type { AwsConfig } from "./config/aws-config";

/** A configuration that has been held against the account. */
export interface CheckedConfig {
  readonly config: EnvironmentConfig;
  readonly aws: AwsConfig;
  readonly facts: AccountFacts;
}

/**
 * An environment's configuration, and what was looked up for it.
 * @throws {ConfigurationError} that names everything that is wrong with the settings, or in the account
 */
export async function checkedConfig(
  stackName: string,
  settings: Readonly<Record<string, unknown>>,
  owner: string,
): Promise<CheckedConfig> {
  let facts: AccountFacts | AccountFailure | undefined;
  const toolchain = { kubernetesVersions: [versions.kubernetes] } as const;
  const config = await loadConfigFor(stackName, settings, toolchain, async (config) => {
    const { aws } = config;
    // Without a region there is nobody to ask; that it is missing is among the problems.
    if (!aws?.region) return [];
    facts = await accountFacts(config, aws, owner);
    return [...userDataProblems(config), ...accountProblems(config, aws, facts, hostArchitecture())];
  });
  if (config.aws === undefined || facts === undefined || "failure" in facts) {
    throw new Error(`the stack ${stackName} is not one on AWS, or its account was not looked at`);
  }
  return { config, aws: config.aws, facts };
}

/** An environment on AWS, from its settings. */
export async function environment(
  stackName: string,
  settings: Readonly<Record<string, unknown>>,
  owner: string,
): Promise<AwsEnvironmentOutputs> {
  const checked = await checkedConfig(stackName, settings, owner);
  // Without the Makefile's variables the state's folder is not known; then it is this one, as with `docker login`.
  const { SLIPWAY_ENVIRONMENT_DIRECTORY: folder = path.join(homedir(), ".slipway", stackName) } = process.env;
  const login = await registryLogin(checked.facts, checked.aws.region, folder);
  return awsEnvironment(checked, owner, login);
}
