import { kubernetesVersions } from "../toolchain/kubernetes-versions";
import type { ToolchainFacts } from "./config/environment-config";

/**
 * What the toolchain has for an environment.
 * @param runningVersions of Kubernetes, what the environment's control planes run, the lowest first; default: it is a new
 *   one
 */
export function toolchainFacts(runningVersions: readonly string[] = []): ToolchainFacts {
  return { kubernetesVersions, runningVersions };
}
