import { kubernetesVersions } from "../toolchain/kubernetes-versions";
import type { ToolchainFacts } from "./config/environment-config";

/**
 * What the toolchain has for an environment.
 * @param runningVersion of Kubernetes, what the environment runs; default: it is a new one
 */
export function toolchainFacts(runningVersion?: string): ToolchainFacts {
  return { kubernetesVersions, ...(runningVersion !== undefined && { runningVersion }) };
}
