import { homedir } from "node:os";
import * as path from "node:path";

import { builtMachineFiles } from "../toolchain/images";
import { runningVersions } from "../toolchain/running-version";
import { type AccountFailure, failureOf, hostArchitecture } from "./aws/account";
import { accountProblems } from "./aws/account-checks";
import { type AccountFacts, accountFacts } from "./aws/account-facts";
import type { CheckedConfig } from "./aws/checked-config";
import { registryLogin } from "./aws/registry";
import { userDataProblems } from "./aws/user-data-checks";
import { awsEnvironment, type AwsEnvironmentOutputs } from "./aws-environment";
import { backupFacts } from "./cluster-backup";
import { type EnvironmentConfig, loadConfigFor } from "./config";
import type { AwsConfig } from "./config/aws-config";
import { awsPath, between, type CrossProblem, settingPath, shown } from "./config/problems";
import { toolchainFacts } from "./toolchain-facts";

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
  const running = await runningVersions(stackName, settings, owner).catch(failureOf);
  const toolchain = toolchainFacts(Array.isArray(running) ? running : []);
  const config = await loadConfigFor(stackName, settings, toolchain, async (config) => {
    const { aws } = config;
    const machineFiles = builtMachineFiles(config.kubernetesVersion);
    // Without a region there is nobody to ask; that it is missing is among the problems.
    if (!aws?.region) return [];
    facts = await accountFacts(config, aws, owner);
    return [
      ...(machineFiles === undefined ? notBuilt(config, aws) : []),
      ...userDataProblems(config, aws.machineFiles === "bucket" ? machineFiles?.key : undefined),
      ...accountProblems(config, aws, facts, hostArchitecture()),
      ...("failure" in facts || Array.isArray(running) ? [] : untoldVersion(settings, running)),
    ];
  });
  if (config.aws === undefined || facts === undefined || "failure" in facts) {
    throw new Error(`the stack ${stackName} is not one on AWS, or its account was not looked at`);
  }
  const machineFiles = builtMachineFiles(config.kubernetesVersion);
  const isFromBucket = config.aws.machineFiles === "bucket" && machineFiles !== undefined;
  return { config, aws: config.aws, facts, ...(isFromBucket && { machineFiles }) };
}

/** AWS answered everything but what the environment runs. The newest version might be an upgrade that nobody asked for. */
function untoldVersion(
  { kubernetesVersion }: Readonly<Record<string, unknown>>,
  { reason }: AccountFailure,
): CrossProblem[] {
  const message = `is missing, and AWS does not tell what the environment runs, ${shown(reason, 200)}; write it, or try again`;
  return kubernetesVersion === undefined ? [between(message, settingPath(["kubernetesVersion"]))] : [];
}

function notBuilt({ name }: EnvironmentConfig, { machineFiles }: AwsConfig): CrossProblem[] {
  const message = `${shown(machineFiles)} wants the machines' files, which are not built; run make setup ENV=${name}`;
  return machineFiles === "bucket" ? [between(message, awsPath("machineFiles"))] : [];
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
  return awsEnvironment(checked, owner, login, await backupFacts(checked.config));
}
