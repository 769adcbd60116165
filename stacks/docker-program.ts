import { runningVersions } from "../toolchain/running-version";
import { backupFacts } from "./cluster-backup";
import { loadConfigFor } from "./config";
import { dockerEnvironment, type EnvironmentOutputs } from "./docker-environment";
import { hostProblems } from "./host/host-checks";
import { hostFacts } from "./host/host-facts";
import { toolchainFacts } from "./toolchain-facts";

/**
 * An environment on the local Docker daemon, from its settings.
 * @throws {ConfigurationError} that names everything that is wrong with them, or with this host
 */
export async function environment(
  stackName: string,
  settings: Readonly<Record<string, unknown>>,
  owner: string,
): Promise<EnvironmentOutputs> {
  // Where Docker does not answer, the facts of the host say so, and nothing is made.
  const running = runningVersions(stackName, settings, owner).catch(() => []);
  const [facts, versions] = await Promise.all([hostFacts(), running]);
  const config = await loadConfigFor(stackName, settings, toolchainFacts(versions), (config, sound) =>
    hostProblems({ config, settings: sound, owner }, facts),
  );
  return dockerEnvironment(config, owner, await backupFacts(config));
}
