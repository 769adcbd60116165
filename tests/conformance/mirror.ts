import { run } from "../../toolchain/images/command";

/** The registry whose images the suite asks for. */
export const suiteRegistry = "registry.k8s.io";

const folder = `/etc/containerd/certs.d/${suiteRegistry}`;

/** Names of an environment's machines: the containers that boot systemd. */
async function machines(environment: string): Promise<string[]> {
  const ofEnvironment = ["--filter", `label=slipway.environment=${environment}`];
  const names = await run([
    ...["docker", "ps", ...ofEnvironment, "--filter", "label=slipway.role", "--format", "{{.Names}}"],
  ]);
  return names.split("\n").filter((name) => name !== "");
}

/**
 * Lets an environment's machines pull what is named after Kubernetes' own registry from the environment's. The suite
 * can be told of another registry, but some of its manifests name this one whatever it was told.
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 *
 * @param registry - the environment's, as machines know it already
 * @returns takes it back
 */
export async function mirrorSuiteRegistry(
  environment: string,
  registry: string,
): Promise<() => Promise<void>> {
  const names = await machines(environment);
  const known = `/etc/containerd/certs.d/${registry}/hosts.toml`;
  const script = [
    "set -eu",
    `address=$(sed -n 's/^server = "\\(.*\\)"$/\\1/p' '${known}')`,
    `mkdir -p '${folder}'`,
    `printf '[host."%s"]\\n  capabilities = ["pull", "resolve"]\\n' "$address" >'${folder}/hosts.toml'`,
  ].join("\n");
  for (const name of names) await run(["docker", "exec", name, "sh", "-c", script]);
  return async () => {
    for (const name of names) await run(["docker", "exec", name, "rm", "-rf", folder]);
  };
}
