import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { MachineFile } from "../../bootstrap";
import type { Belonging } from "../belonging";
import { belongingLabels } from "./labels";

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

/** The environment's own OCI registry: what is pushed on the host is pulled by the machines. */
export class Registry extends pulumi.ComponentResource {
  /** `host:port` that image names begin with, on the host and on the machines alike; known when it runs. */
  readonly host: pulumi.Output<string>;
  /** `host:port` as the machines and their pods reach it, by HTTP: for what is no image. Images have `host` in front. */
  readonly addressInCluster: string;

  constructor(name: string, args: RegistryArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:Registry", name, {}, options);

    const labels = belongingLabels(args);
    const volume = new docker.Volume(
      name,
      { name: `slipway-${args.environment}-registry`, labels },
      { parent: this },
    );
    const container = new docker.Container(
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
        labels,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.addressInCluster = `${args.address}:${registryPort}`;
    this.host = container.id.apply(() => registryHost(args.hostPort));
    this.registerOutputs({ host: this.host });
  }
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
