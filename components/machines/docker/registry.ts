import { createHash } from "node:crypto";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { MachineFile } from "../../bootstrap";
import { Password } from "../../pki";
import type { Belonging } from "../belonging";
import { belongingLabels } from "./labels";
import { volumeProperties } from "./volume-properties";

/** The registry's port on the environment's network. */
const registryPort = 5000;

/** The environment is part of the container's and the volume's name. */
export interface RegistryArgs extends Belonging {
  /** Id of its image, known to the local Docker daemon. */
  readonly imageId: pulumi.Input<string>;
  /** Name of the environment's Docker network. */
  readonly networkName: pulumi.Input<string>;
  /** Its fixed address on the network. */
  readonly address: string;
  /** Its port on 127.0.0.1 of the host, and so a part of every image's name. */
  readonly hostPort: number;
}

/** A user of the registry. */
export interface RegistryUser {
  /** Its name. */
  readonly username: string;
  /** Secret. */
  readonly password: pulumi.Output<string>;
}

/**
 * The environment's own OCI registry: what is pushed on the host is pulled by the machines. Whoever reaches it may pull; who
 * pushes says a password; nothing is deleted.
 */
export class Registry extends pulumi.ComponentResource {
  /**
   * `host:port` that image names begin with, on the host and on the machines alike. It is known before the registry runs, so that
   * who pushes names the registry in `dependsOn`: were it the container's output, another container would be another name of
   * every image, and whatever runs them would be replaced.
   */
  readonly host: pulumi.Output<string>;
  /** `host:port` as the machines and their pods reach it, by HTTP: for what is no image. Images have `host` in front. */
  readonly addressInCluster: string;
  /** Who may push anything: the program itself. */
  readonly user: RegistryUser;
  /** Who may push below `charts/` and nowhere else: for a pipeline. */
  readonly chartUser: RegistryUser;

  constructor(name: string, args: RegistryArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:Registry", name, {}, options);

    const labels = belongingLabels(args);
    this.user = this.createUser(name, "program");
    this.chartUser = this.createUser(name, "charts");
    const volume = new docker.Volume(
      name,
      { name: `slipway-${args.environment}-registry`, labels },
      { parent: this, ignoreChanges: [...volumeProperties] },
    );
    new docker.Container(
      name,
      {
        name: `slipway-${args.environment}-registry`,
        image: args.imageId,
        hostname: "registry",
        restart: "always",
        networksAdvanced: [{ name: args.networkName, ipv4Address: args.address }],
        ports: [{ internal: registryPort, external: args.hostPort, ip: "127.0.0.1" }],
        volumes: [{ volumeName: volume.name, containerPath: "/var/lib/registry" }],
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        uploads: [this.user, this.chartUser].map(allowed),
        labels,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.addressInCluster = `${args.address}:${registryPort}`;
    this.host = pulumi.output(registryHost(args.hostPort));
    this.registerOutputs({ host: this.host });
  }

  private createUser(name: string, username: string): RegistryUser {
    const { password } = new Password(`${name}-${username}`, { parent: this });
    return { username, password };
  }
}

/** The file by which the registry's image knows a user: of what they say, as HTTP's Basic has it, the hash. */
function allowed({ username, password }: RegistryUser): docker.types.input.ContainerUpload {
  const content = password.apply((text) => {
    const said = `Basic ${Buffer.from(`${username}:${text}`).toString("base64")}`;
    return `${createHash("sha256").update(said).digest("hex")}\n`;
  });
  return { file: `/etc/registry/${username}`, content };
}

function registryHost(hostPort: number): string {
  return `127.0.0.1:${hostPort}`;
}

/**
 * Tells containerd where the images lie whose name begins with the host's address of the registry.
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
export function registryHostsFile(hostPort: number, address: string): MachineFile {
  return {
    path: `/etc/containerd/certs.d/${registryHost(hostPort)}/hosts.toml`,
    content: `server = "http://${address}:${registryPort}"\n`,
  };
}
