import versions from "../toolchain/versions.json";
import { loadConfigFor } from "./config";
import { dockerEnvironment, type EnvironmentOutputs } from "./docker-environment";
import { hostProblems } from "./host/host-checks";
import { hostFacts } from "./host/host-facts";

/**
 * An environment on the local Docker daemon, from its settings.
 * @throws {ConfigurationError} that names everything that is wrong with them, or with this host
 */
export async function environment(
  stackName: string,
  settings: Readonly<Record<string, unknown>>,
  owner: string,
): Promise<EnvironmentOutputs> {
  const facts = await hostFacts();
  const config = await loadConfigFor(
    stackName,
    settings,
    { kubernetesVersions: [versions.kubernetes] },
    (config, sound) => hostProblems({ config, settings: sound, owner }, facts),
  );
  return dockerEnvironment(config, owner);
}
