import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { belongingLabels } from "./labels";
import { authorityPath, type ExposedPort, loadBalancerConfig } from "./load-balancer-config";

/** The environment is part of the container's name. */
export interface LoadBalancerArgs extends Belonging {
  readonly imageId: pulumi.Input<string>;
  readonly networkName: pulumi.Input<string>;
  /** Its fixed address on the network: the cluster's stable endpoint. */
  readonly address: string;
  /** The API's port, on the network. */
  readonly apiPort: number;
  /** The API's port on 127.0.0.1 of the host. */
  readonly apiHostPort: number;
  /** Certificate of the authority that signs for the API, in PEM. */
  readonly authority: pulumi.Input<string>;
  readonly exposedPorts: readonly ExposedPort[];
}

/** HAProxy before the control planes and the NodePorts, there before the first machine. */
export class LoadBalancer extends pulumi.ComponentResource {
  constructor(name: string, args: LoadBalancerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:LoadBalancer", name, {}, options);

    const published = [
      { internal: args.apiPort, external: args.apiHostPort },
      ...args.exposedPorts.map(({ hostPort, nodePort }) => ({ internal: nodePort, external: hostPort })),
    ];
    new docker.Container(
      name,
      {
        name: `slipway-${args.environment}-load-balancer`,
        image: args.imageId,
        hostname: "load-balancer",
        restart: "always",
        networksAdvanced: [{ name: args.networkName, ipv4Address: args.address }],
        ports: published.map((port) => ({ ...port, ip: "127.0.0.1" })),
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        uploads: [
          {
            file: "/etc/haproxy/haproxy.cfg",
            content: loadBalancerConfig(args.apiPort, args.exposedPorts),
          },
          { file: authorityPath, content: args.authority },
        ],
        labels: belongingLabels(args),
      },
      // Its address and its ports are fixed: the old one must go first.
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs();
  }
}
