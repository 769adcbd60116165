import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import type { NetworkPlace, SubnetPlace } from "./network";
import { belongingTags } from "./tags";

export interface ApiLoadBalancerArgs extends Belonging {
  readonly network: NetworkPlace;
  /** Where it has its addresses, one a zone. */
  readonly subnets: readonly SubnetPlace[];
  readonly internal: boolean;
  readonly port: number;
  readonly securityGroupId: pulumi.Input<string>;
  readonly controlPlaneAddresses: readonly string[];
  readonly deletionProtection: boolean;
}

/** A network load balancer before the API servers. TLS passes through, and it asks each server whether it is ready. */
export class ApiLoadBalancer extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;
  /** Of the zone that an alias needs. */
  readonly zoneId: pulumi.Output<string>;
  readonly loadBalancerArn: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;

  constructor(name: string, args: ApiLoadBalancerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsApiLoadBalancer", name, {}, options);

    const tags = belongingTags(args, name);
    const balancer = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: "network",
        internal: args.internal,
        subnets: args.subnets.map(({ id }) => id),
        securityGroups: [args.securityGroupId],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: args.deletionProtection,
        tags,
      },
      { parent: this, dependsOn: [args.network] },
    );
    const targets = new aws.lb.TargetGroup(
      name,
      {
        vpcId: args.network.vpcId,
        targetType: "ip",
        protocol: "TCP",
        port: args.port,
        // A control plane that asks its own endpoint would wait for itself.
        preserveClientIp: "false",
        // A stopped server ends its connections itself, after 3 seconds; see shutdown-delay-duration.
        deregistrationDelay: 30,
        connectionTermination: true,
        healthCheck: {
          protocol: "HTTPS",
          path: "/readyz",
          port: String(args.port),
          matcher: "200",
          interval: 5,
          timeout: 4,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags,
      },
      { parent: this },
    );
    new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        protocol: "TCP",
        port: args.port,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
        tags,
      },
      { parent: this },
    );
    // By address: a control plane that takes the place of a lost one has its place here already.
    for (const [index, address] of args.controlPlaneAddresses.entries()) {
      new aws.lb.TargetGroupAttachment(
        `${name}-${index}`,
        { targetGroupArn: targets.arn, targetId: address, port: args.port },
        { parent: this },
      );
    }
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.loadBalancerArn = balancer.arn;
    this.targetGroupArn = targets.arn;
    this.registerOutputs({ dnsName: this.dnsName });
  }
}
