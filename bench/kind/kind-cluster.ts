import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { buildToolchain } from "../../toolchain/build";
import { partDirectory } from "../../toolchain/cache";
import { companionsOf, newestKubernetes } from "../../toolchain/kubernetes-versions";
import { pulumiHome } from "../../toolchain/pulumi-home";
import { secondsOf } from "../measure";
import { buildNodeImage } from "./node-image";
import { kindPart } from "./part";

const run = promisify(execFile);
const name = "slipway-bench-kind";

/** How long kind took. */
export interface KindTimes {
  /** Until `kind create cluster` came back, in seconds: nodes may not be ready yet. */
  readonly command: number;
  /** Until every node was Ready, in seconds. */
  readonly ready: number;
}

/** The yardstick: a cluster that kind makes of the same programs and pod images as Slipway's. */
export class KindCluster {
  /** Names of its containers. */
  readonly machines = {
    controlPlane: `${name}-control-plane`,
    workers: [`${name}-worker`, `${name}-worker2`],
  };
  private readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-kind-"));
  private readonly config = path.join(this.folder, "cluster.yaml");
  private readonly variables: NodeJS.ProcessEnv;

  private constructor(private readonly image: string) {
    const { coredns, etcd } = companionsOf(newestKubernetes);
    const config = readFileSync(path.join(__dirname, "cluster.yaml"), "utf8");
    writeFileSync(this.config, config.replace("@COREDNS_VERSION@", coredns).replace("@ETCD_VERSION@", etcd));
    this.variables = {
      ...process.env,
      KUBECONFIG: path.join(this.folder, "kubeconfig"),
      // A network of its own, so that nothing of it stays and no other cluster of kind's on this host is touched.
      KIND_EXPERIMENTAL_DOCKER_NETWORK: name,
      PATH: [
        path.join(__dirname, "bin"),
        partDirectory(kindPart),
        path.join(pulumiHome(), "bin"),
        process.env.PATH,
      ].join(":"),
    };
  }

  /** Builds kind and its node image if they are not there; what an earlier run left behind goes. */
  static async prepare(): Promise<KindCluster> {
    await buildToolchain([kindPart]);
    const cluster = new KindCluster(await buildNodeImage());
    await cluster.removeMachines();
    // kind keeps its network from one cluster to the next, so that a user waits for it only once.
    await cluster.command("docker", "network", "rm", name).catch(() => undefined);
    await cluster.command("docker", "network", "create", name);
    return cluster;
  }

  /** Makes the cluster, and waits until its nodes are Ready. */
  async create(): Promise<KindTimes> {
    const command = await secondsOf(() =>
      this.command(
        "kind",
        "create",
        "cluster",
        "--name",
        name,
        "--image",
        this.image,
        "--config",
        this.config,
      ),
    );
    const rest = await secondsOf(() =>
      this.command("kubectl", "wait", "--for=condition=Ready", "node", "--all", "--timeout=120s"),
    );
    return { command, ready: command + rest };
  }

  /** Takes the cluster down; another one can be made. */
  async removeMachines(): Promise<void> {
    await this.command("kind", "delete", "cluster", "--name", name);
  }

  /** Takes everything down; call it last. */
  async dispose(): Promise<void> {
    await this.removeMachines();
    await this.command("docker", "network", "rm", name);
    rmSync(this.folder, { recursive: true });
  }

  private async command(program: string, ...args: string[]): Promise<void> {
    try {
      await run(program, args, { env: this.variables, maxBuffer: 64 * 2 ** 20 });
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new Error(`${program} ${args.slice(0, 2).join(" ")} failed: ${stderr ?? String(error)}`, {
        cause: error,
      });
    }
  }
}
