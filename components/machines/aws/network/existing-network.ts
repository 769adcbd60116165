import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { requireWhole } from "../../address-plan";
import type { ExistingNetworkArgs } from "./existing-network-args";
import { existingNetworkProblems, type FoundSubnet } from "./existing-network-problems";
import {
  type ControlPlanePlace,
  type NetworkPlace,
  type PerZone,
  perZone,
  type SubnetPlace,
  zoneOfControlPlane,
} from "./network-place";

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
