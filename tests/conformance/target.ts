import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { pulumiEnvironment } from "../../toolchain/environment";
import { TestEnvironment } from "../support/test-environment";

const run = promisify(execFile);

/** A cluster that the suite runs against. */
export interface Target {
  /** The environment's name. */
  readonly name: string;
  /** The administrator's kubeconfig. Secret. */
  readonly kubeconfig: string;
  /** `host:port` of its registry, on this host and on its machines. */
  readonly registry: string;
  /** Password of the registry's user `program`. Secret. */
  readonly registryPassword: string;
  /** Takes it down, unless it was there before. */
  readonly release: () => Promise<void>;
}

/** Two workers, as specs want to see pods on different nodes; room for the specs of several processes. */
const settings = {
  controlPlane: { cpus: 2, memory: "4Gi" },
  pools: [{ name: "worker", count: 2, cpus: 2, memory: "4Gi" }],
};

/** An environment for this run alone; what was made of it goes when it does not come up. */
export async function ownTarget(): Promise<Target> {
  const environment = new TestEnvironment(settings);
  const release = (): Promise<void> => environment.destroy();
  try {
    await environment.create();
    await environment.up();
    const { name } = environment;
    const kubeconfig = await environment.output("kubeconfig");
    const registryPassword = await environment.output("registryPassword");
    return { name, kubeconfig, registry: await registryOf(name), registryPassword, release };
  } catch (error) {
    await release().catch((more: unknown) => {
      console.error(more);
    });
    throw error;
  }
}

/** An environment that is up. */
export async function existingTarget(name: string): Promise<Target> {
  const env = { ...process.env, ...pulumiEnvironment(name) };
  const output = async (of: string): Promise<string> =>
    (await run("pulumi", ["stack", "output", of, "--show-secrets", "-s", name], { env })).stdout;
  const kubeconfig = await output("kubeconfig").catch((cause: unknown) => {
    throw new Error(
      `ENV is "${name}", and there is no such environment that is up: \`make up ENV=${name}\` brings it up, and ` +
        "without ENV the suite makes an environment of its own",
      { cause },
    );
  });
  return {
    name,
    kubeconfig,
    registry: await registryOf(name),
    registryPassword: (await output("registryPassword")).trim(),
    release: () => Promise.resolve(),
  };
}

async function registryOf(environment: string): Promise<string> {
  const { stdout } = await run("docker", ["port", `slipway-${environment}-registry`, "5000/tcp"]);
  return stdout.trim().split("\n")[0] ?? "";
}
