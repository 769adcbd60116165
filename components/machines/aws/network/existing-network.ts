import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { requireWhole } from "../../address-plan";
import { existingNetworkProblems, type FoundSubnet } from "./existing-network-problems";
import {
  type ControlPlanePlace,
  type NetworkPlace,
  type PerZone,
  perZone,
  type SubnetPlace,
  zoneOfControlPlane,
} from "./network-place";

/** A VPC that is there, and the places in it that an environment may use. */
export interface ExistingNetworkArgs {
  /**
   * As in `vpc-0a1b2c3d`. It has DNS support and DNS hostnames, and from its private subnets there is a way to the
   * internet, or endpoints for S3, ECR, Secrets Manager and Session Manager and a mirror of all else.
   */
  readonly vpcId: string;
  /** Names of three different zones. */
  readonly zones: PerZone<string>;
  /** A subnet in each zone, in the order of {@link zones}: for machines. */
  readonly privateSubnetIds: PerZone<string>;
  /** The same for load balancers that the internet reaches. Default: none, so that no endpoint can be public. */
  readonly publicSubnetIds?: PerZone<string> | undefined;
  /**
   * Private addresses of the control planes, free and kept free by whoever runs the VPC (a CIDR reservation of the
   * subnet does), of the private subnets in turn: the first and the fourth one of the first zone's. At most 7.
   */
  readonly controlPlaneAddresses: readonly string[];
}

/**
 * A network that somebody else made: looked up and checked, and never changed. What is wrong with it stops the preview,
 * all of it in one message.
 */
export class ExistingNetwork extends pulumi.ComponentResource implements NetworkPlace {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: pulumi.Output<string>;
  readonly zones: PerZone<string>;
  readonly privateSubnets: PerZone<SubnetPlace>;
  readonly publicSubnets: PerZone<SubnetPlace> | undefined;

  private readonly controlPlaneAddresses: readonly string[];

  constructor(name: string, args: ExistingNetworkArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsExistingNetwork", name, {}, options);

    const lookUp = (id: string): pulumi.Output<aws.ec2.GetSubnetResult> =>
      aws.ec2.getSubnetOutput({ id }, { parent: this });
    const found = pulumi
      .all([
        aws.ec2.getVpcOutput({ id: args.vpcId }, { parent: this }),
        pulumi.all(args.privateSubnetIds.map(lookUp)),
        pulumi.all((args.publicSubnetIds ?? []).map(lookUp)),
      ])
      .apply(([vpc, privates, publics]) => ({ vpc, privates, publics }));
    // Everything is taken from here, so that nothing is made in a network that will not do.
    const checked = found.apply((network) => {
      const problems = existingNetworkProblems(args, network);
      if (problems.length > 0) throw new Error(`the existing network will not do: ${problems.join("; ")}`);
      return network;
    });
    const place =
      (subnets: pulumi.Output<FoundSubnet[]>) =>
      (zone: 0 | 1 | 2): SubnetPlace => ({
        id: subnets.apply((all) => all[zone]?.id ?? ""),
        cidr: subnets.apply((all) => all[zone]?.cidrBlock ?? ""),
        zone: args.zones[zone],
      });
    this.vpcId = checked.vpc.id;
    this.cidr = checked.vpc.cidrBlock;
    this.zones = args.zones;
    this.privateSubnets = perZone(place(checked.privates));
    this.publicSubnets = args.publicSubnetIds && perZone(place(checked.publics));
    this.controlPlaneAddresses = args.controlPlaneAddresses;
    this.registerOutputs({ vpcId: this.vpcId });
  }

  controlPlane(index: number): ControlPlanePlace {
    requireWhole("address for control plane", index, 0, this.controlPlaneAddresses.length - 1);
    const address = this.controlPlaneAddresses[index] ?? "";
    return { subnet: this.privateSubnets[zoneOfControlPlane(index)], address };
  }
}
