import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { ApiLoadBalancer } from "./api-load-balancer";
import type { NetworkPlace } from "./network";
import { belongingTags } from "./tags";

/** How the API is reached from outside of the VPC. */
export type ApiAccess =
  | {
      /** Not at all: from inside, or through a Session Manager tunnel. */
      readonly kind: "internal";
    }
  | {
      /** Over the internet. */
      readonly kind: "public";
      /** IPv4 networks in CIDR form that may. */
      readonly allowedCidrs: readonly string[];
    };

/** What the endpoint stands before. */
export interface ApiEndpointArgs extends Belonging {
  readonly network: NetworkPlace;
  readonly access: ApiAccess;
  readonly port: number;
  /** The load balancers' own security group, which the control planes let in. */
  readonly securityGroupId: pulumi.Input<string>;
  /** Fixed private addresses of the control planes. */
  readonly controlPlaneAddresses: readonly string[];
  /** Whether AWS refuses to delete the load balancers. */
  readonly deletionProtection: boolean;
}

/**
 * The API's stable address: a name that only the VPC knows, of a load balancer that only the VPC reaches, which is what
 * machines use; and, if the API is public, a second load balancer that the internet reaches.
 */
export class ApiEndpoint extends pulumi.ComponentResource {
  /** For machines; for everybody else it is what the API's certificate is for. Known before anything is made. */
  readonly host: string;
  /** Name of the public load balancer; undefined when the API is internal. */
  readonly publicHost: pulumi.Output<string> | undefined;
  /** The one that machines use. */
  readonly internal: ApiLoadBalancer;
  /**
   * The name's record. A machine that asks for the name before it is there is told that there is none, and resolvers keep
   * that for as long as the zone's start of authority says, 15 minutes.
   */
  readonly record: pulumi.Resource;

  constructor(name: string, args: ApiEndpointArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsApiEndpoint", name, {}, options);

    this.host = apiHost(args.environment);
    const { network, access, port } = args;
    this.internal = new ApiLoadBalancer(
      `${name}-internal`,
      { ...args, internal: true, subnets: network.privateSubnets },
      { parent: this },
    );
    this.record = this.publishName(name, args);
    for (const [index, cidr] of [
      network.cidr,
      ...(access.kind === "public" ? access.allowedCidrs : []),
    ].entries()) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-${index}`,
        {
          securityGroupId: args.securityGroupId,
          description: index === 0 ? "From inside the VPC, tunnels among it" : "From outside",
          cidrIpv4: cidr,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          tags: belongingTags(args, `${name}-${index}`),
        },
        { parent: this },
      );
    }
    if (access.kind === "public") {
      if (network.publicSubnets === undefined) {
        throw new Error(
          "a public endpoint needs public subnets, and the network has none; give publicSubnetIds",
        );
      }
      const outside = new ApiLoadBalancer(
        `${name}-public`,
        { ...args, internal: false, subnets: network.publicSubnets },
        { parent: this },
      );
      this.publicHost = outside.dnsName;
    }
    this.registerOutputs();
  }

  /** A name that is the same whatever load balancer is behind it, and known before there is one. */
  private publishName(name: string, args: ApiEndpointArgs): pulumi.Resource {
    const zone = new aws.route53.Zone(
      name,
      {
        name: this.host,
        comment: `The API of ${args.environment}`,
        vpcs: [{ vpcId: args.network.vpcId }],
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
    const alias = { name: this.internal.dnsName, zoneId: this.internal.zoneId, evaluateTargetHealth: true };
    return new aws.route53.Record(
      name,
      { zoneId: zone.id, name: this.host, type: "A", aliases: [alias] },
      { parent: this },
    );
  }
}

/** Ends in what is set aside for private use: https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en */
export function apiHost(environment: string): string {
  return `api.${environment}.slipway.internal`;
}
