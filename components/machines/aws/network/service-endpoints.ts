import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../../belonging";
import { belongingTags } from "../tags";

/**
 * Services whose names lead to an address of the VPC: Session Manager (`ec2messages` is for agents before 3.3.40 only),
 * secrets and images. https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
 */
export const interfaceServices = ["ecr.api", "ecr.dkr", "secretsmanager", "ssm", "ssmmessages"] as const;

/** Where the endpoints are, and whose they are. */
export interface ServiceEndpointsArgs extends Belonging {
  /** As in `eu-central-1`. */
  readonly region: string;
  /** The VPC; its DNS has to give names, and to answer for them. */
  readonly vpcId: pulumi.Input<string>;
  /** The VPC's network in CIDR form: who may use them. */
  readonly cidr: string;
  /** Where the interface endpoints have an address each, which costs by the hour. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Of the subnets from where S3 is reached, which ECR's layers are in too; costs nothing. */
  readonly routeTableIds: readonly pulumi.Input<string>[];
}

/** Ways to those of AWS' services that machines need, which neither leave AWS nor pass a NAT gateway. */
export class ServiceEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceEndpointsArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsServiceEndpoints", name, {}, options);

    const { vpcId } = args;
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId,
        serviceName: `com.amazonaws.${args.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: [...args.routeTableIds],
        tags: belongingTags(args, `${name}-s3`),
      },
      { parent: this },
    );
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        vpcId,
        description: "HTTPS from the VPC to endpoints of AWS services",
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
    new aws.vpc.SecurityGroupIngressRule(
      name,
      {
        securityGroupId: group.id,
        description: "HTTPS from the VPC",
        cidrIpv4: args.cidr,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
    for (const service of interfaceServices) {
      const endpoint = `${name}-${service.replace(".", "-")}`;
      new aws.ec2.VpcEndpoint(
        endpoint,
        {
          vpcId,
          serviceName: `com.amazonaws.${args.region}.${service}`,
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: [...args.subnetIds],
          securityGroupIds: [group.id],
          tags: belongingTags(args, endpoint),
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
