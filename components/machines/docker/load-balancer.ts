import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { belongingLabels } from "./labels";
import { LoadBalancerAuthority } from "./load-balancer-authority";
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
  /** Certificates of the authorities that sign for the API, in PEM. Others are brought to it while it goes on. */
  readonly authority: pulumi.Input<string>;
  readonly exposedPorts: readonly ExposedPort[];
}

/** Where among its uploads the authority is. */
const authorityUpload = 1;

/** HAProxy before the control planes and the NodePorts, there before the first machine. */
export class LoadBalancer extends pulumi.ComponentResource {
  constructor(name: string, args: LoadBalancerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:LoadBalancer", name, {}, options);

    const published = [
      { internal: args.apiPort, external: args.apiHostPort },
      ...args.exposedPorts.map(({ hostPort, nodePort }) => ({ internal: nodePort, external: hostPort })),
    ];
    const container = new docker.Container(
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
      // Its address and its ports are fixed: the old one must go first, and with it all connections. So other authorities make
      // no other one.
      { parent: this, deleteBeforeReplace: true, ignoreChanges: [`uploads[${authorityUpload}].content`] },
    );
    new LoadBalancerAuthority(
      `${name}-authority`,
      { container: container.id, authority: args.authority },
      { parent: this, deletedWith: container },
    );
    this.registerOutputs();
  }
}
