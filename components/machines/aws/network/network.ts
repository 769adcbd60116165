import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../../belonging";
import { belongingTags, clusterTag } from "../tags";
import { FlowLogs, type FlowLogSettings } from "./flow-logs";
import {
  type ControlPlanePlace,
  type NetworkPlace,
  type PerZone,
  perZone,
  type SubnetPlace,
  zoneOfControlPlane,
  zoneProblems,
} from "./network-place";
import { ServiceEndpoints } from "./service-endpoints";
import { type SubnetPlan, subnetPlan } from "./subnet-plan";

/** A network of an environment's own. */
export interface NetworkArgs extends Belonging {
  /** As in `eu-central-1`. */
  readonly region: string;
  /** Names of three different zones of the region, else a RangeError. Another one replaces what is in the old one. */
  readonly zones: PerZone<string>;
  /** The VPC's network in CIDR form, /16 to /22, else a RangeError; laid out by {@link subnetPlan}. */
  readonly cidr: string;
  /**
   * Whether each zone has a NAT gateway and an address of each service's endpoint of its own. If not, those of the first
   * zone serve all: it costs a third, and when that zone is lost the machines of the others reach nothing outside.
   */
  readonly natPerZone: boolean;
  /** What becomes of the records of who talked to whom. */
  readonly flowLogs: FlowLogSettings;
  /** ARN of a policy beyond which the flow logs' role has no right. Default none. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
}

/** For what the internet reaches, and reaches it. */
const anywhere = "0.0.0.0/0";

/** How load balancers of Services find their subnets: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/ */
const publicRole = { "kubernetes.io/role/elb": "1" };
const privateRole = { "kubernetes.io/role/internal-elb": "1" };

/**
 * A VPC over three zones: in each a private subnet, a public one, and one for control planes, whose addresses are fixed.
 * Private ones reach the internet by NAT, and AWS' services by endpoints in the VPC. Nothing gets a public address by
 * being there.
 */
export class Network extends pulumi.ComponentResource implements NetworkPlace {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: pulumi.Output<string>;
  readonly zones: PerZone<string>;
  readonly privateSubnets: PerZone<SubnetPlace>;
  readonly publicSubnets: PerZone<SubnetPlace>;

  private readonly controlPlaneSubnets: PerZone<SubnetPlace>;
  private readonly plan: SubnetPlan;

  constructor(
    private readonly name: string,
    private readonly args: NetworkArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:machines:AwsNetwork", name, {}, options);

    for (const problem of zoneProblems(args.zones)) throw new RangeError(problem);
    this.plan = subnetPlan(args.cidr);
    this.zones = args.zones;

    const vpc = this.makeVpc();
    const internet = new aws.ec2.InternetGateway(
      name,
      { vpcId: vpc.id, tags: this.tags(name) },
      { parent: this },
    );
    const publicTable = this.makeRouteTable(vpc, `${name}-public`);
    // One a zone in any case, so that another number of NAT gateways changes routes and no more.
    const privateTables = perZone((zone) => this.makeRouteTable(vpc, `${name}-private-${zone}`));
    const { publicSubnets, privateSubnets, controlPlaneSubnets } = this.plan;
    const publics = this.makeSubnets(
      vpc,
      publicSubnets,
      perZone(() => publicTable),
      "public",
      publicRole,
    );
    const privates = this.makeSubnets(vpc, privateSubnets, privateTables, "private", privateRole);
    const controlPlanes = this.makeSubnets(vpc, controlPlaneSubnets, privateTables, "control-plane", {});
    const gateways = this.makeNatGateways(internet, publics);
    this.makeRoute(`${name}-public`, publicTable, { gatewayId: internet.id });
    perZone((zone) => {
      this.makeRoute(`${name}-private-${zone}`, privateTables[zone], { natGatewayId: gateways[zone].id });
    });
    new ServiceEndpoints(
      `${name}-endpoints`,
      {
        ...args,
        vpcId: vpc.id,
        subnetIds: (args.natPerZone ? privates : privates.slice(0, 1)).map(({ id }) => id),
        routeTableIds: privateTables.map(({ id }) => id),
      },
      { parent: this },
    );
    new FlowLogs(`${name}-flow-logs`, { ...args, ...args.flowLogs, vpc }, { parent: this });

    this.vpcId = vpc.id;
    this.cidr = vpc.cidrBlock;
    this.publicSubnets = this.places(publics);
    this.privateSubnets = this.places(privates);
    this.controlPlaneSubnets = this.places(controlPlanes);
    this.registerOutputs({ vpcId: this.vpcId });
  }

  controlPlane(index: number): ControlPlanePlace {
    const address = this.plan.controlPlaneAddress(index);
    return { subnet: this.controlPlaneSubnets[zoneOfControlPlane(index)], address };
  }

  private makeVpc(): aws.ec2.Vpc {
    const vpc = new aws.ec2.Vpc(
      this.name,
      {
        cidrBlock: this.args.cidr,
        // Without both, the services' names do not lead to their endpoints in the VPC.
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: this.tags(this.name),
      },
      { parent: this },
    );
    // The group of what names none: it admits nothing and lets nothing out.
    new aws.ec2.DefaultSecurityGroup(
      this.name,
      { vpcId: vpc.id, ingress: [], egress: [], tags: this.tags(`${this.name}-default`) },
      { parent: this },
    );
    return vpc;
  }

  private makeRouteTable(vpc: aws.ec2.Vpc, name: string): aws.ec2.RouteTable {
    return new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: this.tags(name) }, { parent: this });
  }

  private makeRoute(
    name: string,
    table: aws.ec2.RouteTable,
    to: Pick<aws.ec2.RouteArgs, "gatewayId" | "natGatewayId">,
  ): void {
    new aws.ec2.Route(
      name,
      { routeTableId: table.id, destinationCidrBlock: anywhere, ...to },
      { parent: this },
    );
  }

  private makeSubnets(
    vpc: aws.ec2.Vpc,
    cidrs: PerZone<string>,
    tables: PerZone<aws.ec2.RouteTable>,
    kind: string,
    role: Record<string, string>,
  ): PerZone<aws.ec2.Subnet> {
    return perZone((zone) => {
      const name = `${this.name}-${kind}-${zone}`;
      const tags = {
        ...this.tags(name),
        ...role,
        ...clusterTag(this.args.environment),
      };
      const table = tables[zone];
      const subnet = new aws.ec2.Subnet(
        name,
        { vpcId: vpc.id, cidrBlock: cidrs[zone], availabilityZone: this.zones[zone], tags },
        // Two subnets of one range of addresses cannot be side by side.
        { parent: this, deleteBeforeReplace: true },
      );
      new aws.ec2.RouteTableAssociation(
        name,
        { routeTableId: table.id, subnetId: subnet.id },
        { parent: this },
      );
      return subnet;
    });
  }

  /** One a zone, or one for all. */
  private makeNatGateways(
    internet: aws.ec2.InternetGateway,
    subnets: PerZone<aws.ec2.Subnet>,
  ): PerZone<aws.ec2.NatGateway> {
    // AWS lets no internet gateway go while an address is reached through it.
    const options = { parent: this, dependsOn: internet };
    const make = (zone: 0 | 1 | 2): aws.ec2.NatGateway => {
      const name = `${this.name}-nat-${zone}`;
      const tags = this.tags(name);
      const address = new aws.ec2.Eip(name, { domain: "vpc", tags }, options);
      return new aws.ec2.NatGateway(
        name,
        { allocationId: address.id, subnetId: subnets[zone].id, tags },
        options,
      );
    };
    const first = make(0);
    return perZone((zone) => (zone === 0 || !this.args.natPerZone ? first : make(zone)));
  }

  private places(subnets: PerZone<aws.ec2.Subnet>): PerZone<SubnetPlace> {
    return perZone((zone) => ({
      id: subnets[zone].id,
      cidr: subnets[zone].cidrBlock,
      zone: this.zones[zone],
    }));
  }

  private tags(name: string): Record<string, string> {
    return belongingTags(this.args, name);
  }
}
