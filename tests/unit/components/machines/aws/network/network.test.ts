import { Network, type NetworkArgs } from "../../../../../../components/machines/aws/network";
import {
  countByType,
  recordResources,
  type Registered,
  registeredBy,
  valueOf,
} from "../../../../../support/recorder";

const outputs = {
  "aws:ec2/vpc:Vpc": {
    arn: "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0a1b",
    ownerId: "123456789012",
  },
  "aws:cloudwatch/logGroup:LogGroup": { arn: "arn:aws:logs:eu-central-1:123456789012:log-group:flows" },
};

beforeEach(() => {
  recordResources({ outputs });
});

const args: NetworkArgs = {
  environment: "prod",
  owner: "platform-team",
  region: "eu-central-1",
  zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
  cidr: "10.20.0.0/16",
  natPerZone: false,
  flowLogs: { retentionDays: 30, kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1" },
};

const registered = (changes: Partial<NetworkArgs> = {}): Promise<Registered[]> =>
  registeredBy((options) => new Network("net", { ...args, ...changes }, options));

/** Inputs of the resources of a type, by their names, without tags. */
function ofType(resources: readonly Registered[], type: string): Record<string, object> {
  const found = resources.filter((resource) => resource.type === type);
  return Object.fromEntries(
    found.map(({ name, inputs }) => [
      name,
      Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "tags")),
    ]),
  );
}

const counts = {
  "slipway:machines:AwsNetwork": 1,
  "slipway:machines:AwsServiceEndpoints": 1,
  "slipway:machines:AwsFlowLogs": 1,
  "aws:ec2/vpc:Vpc": 1,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
  "aws:ec2/internetGateway:InternetGateway": 1,
  "aws:ec2/subnet:Subnet": 9,
  "aws:ec2/routeTable:RouteTable": 4,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": 9,
  "aws:ec2/route:Route": 4,
  "aws:ec2/eip:Eip": 1,
  "aws:ec2/natGateway:NatGateway": 1,
  "aws:ec2/vpcEndpoint:VpcEndpoint": 6,
  "aws:ec2/securityGroup:SecurityGroup": 1,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 1,
  "aws:ec2/flowLog:FlowLog": 1,
  "aws:cloudwatch/logGroup:LogGroup": 1,
  "aws:iam/role:Role": 1,
  "aws:iam/rolePolicy:RolePolicy": 1,
};

describe("Network", () => {
  it("makes nothing but what a network of three zones with one NAT gateway needs", async () => {
    expect(countByType(await registered())).toEqual(counts);
  });

  it("makes a NAT gateway and its address for each zone when it is told to, and no other thing more", async () => {
    expect(countByType(await registered({ natPerZone: true }))).toEqual({
      ...counts,
      "aws:ec2/eip:Eip": 3,
      "aws:ec2/natGateway:NatGateway": 3,
    });
  });

  it("makes the same when it is previewed", async () => {
    recordResources({ outputs, preview: true });
    expect(countByType(await registered())).toEqual(counts);
  });

  it("gives the VPC names by DNS, which endpoints in it need", async () => {
    expect(ofType(await registered(), "aws:ec2/vpc:Vpc")).toEqual({
      net: { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true, enableDnsSupport: true },
    });
  });

  it("takes all rules from the default security group", async () => {
    expect(ofType(await registered(), "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")).toEqual({
      net: { vpcId: "net", ingress: [], egress: [] },
    });
  });

  it("puts a subnet of each kind into each zone, and gives nothing in it a public address", async () => {
    const subnet = (cidrBlock: string, zone: string): object => ({
      vpcId: "net",
      cidrBlock,
      availabilityZone: `eu-central-1${zone}`,
    });
    expect(ofType(await registered(), "aws:ec2/subnet:Subnet")).toEqual({
      "net-private-0": subnet("10.20.0.0/18", "a"),
      "net-private-1": subnet("10.20.64.0/18", "b"),
      "net-private-2": subnet("10.20.128.0/18", "c"),
      "net-public-0": subnet("10.20.192.0/20", "a"),
      "net-public-1": subnet("10.20.208.0/20", "b"),
      "net-public-2": subnet("10.20.224.0/20", "c"),
      "net-control-plane-0": subnet("10.20.240.0/22", "a"),
      "net-control-plane-1": subnet("10.20.244.0/22", "b"),
      "net-control-plane-2": subnet("10.20.248.0/22", "c"),
    });
  });

  it("tells load balancers by tags which subnets are theirs", async () => {
    const subnets = (await registered()).filter(({ type }) => type === "aws:ec2/subnet:Subnet");
    const roles = subnets.map(({ name, inputs }) => {
      const tags = Object.entries(inputs.tags as Record<string, string>);
      return [name.replace(/-\d$/, ""), Object.fromEntries(tags.filter(([key]) => key.startsWith("kube")))];
    });
    const cluster = { "kubernetes.io/cluster/prod": "owned" };
    expect(Object.fromEntries(roles)).toEqual({
      "net-public": { ...cluster, "kubernetes.io/role/elb": "1" },
      "net-private": { ...cluster, "kubernetes.io/role/internal-elb": "1" },
      "net-control-plane": cluster,
    });
  });

  it.each([
    [false, ["net-nat-0", "net-nat-0", "net-nat-0"]],
    [true, ["net-nat-0", "net-nat-1", "net-nat-2"]],
  ])("with natPerZone %s leads each zone's machines out by %j", async (natPerZone, gateways) => {
    const resources = await registered({ natPerZone });
    const associations = ofType(resources, "aws:ec2/routeTableAssociation:RouteTableAssociation");
    expect(associations).toEqual(
      Object.fromEntries(
        [0, 1, 2].flatMap((zone) => [
          [`net-public-${zone}`, { routeTableId: "net-public", subnetId: `net-public-${zone}` }],
          ...["private", "control-plane"].map((kind): [string, object] => [
            `net-${kind}-${zone}`,
            { routeTableId: `net-private-${zone}`, subnetId: `net-${kind}-${zone}` },
          ]),
        ]),
      ),
    );
    const anywhere = { destinationCidrBlock: "0.0.0.0/0" };
    expect(ofType(resources, "aws:ec2/route:Route")).toEqual({
      "net-public": { ...anywhere, routeTableId: "net-public", gatewayId: "net" },
      "net-private-0": { ...anywhere, routeTableId: "net-private-0", natGatewayId: gateways[0] },
      "net-private-1": { ...anywhere, routeTableId: "net-private-1", natGatewayId: gateways[1] },
      "net-private-2": { ...anywhere, routeTableId: "net-private-2", natGatewayId: gateways[2] },
    });
    expect(ofType(resources, "aws:ec2/natGateway:NatGateway")).toEqual(
      Object.fromEntries(
        gateways.map((name) => [name, { allocationId: name, subnetId: name.replace("nat", "public") }]),
      ),
    );
  });

  it.each([
    [false, ["net-private-0"]],
    [true, ["net-private-0", "net-private-1", "net-private-2"]],
  ])("with natPerZone %s has the services' endpoints in %j", async (natPerZone, subnetIds) => {
    const endpoint = (service: string): object => ({
      vpcId: "net",
      serviceName: `com.amazonaws.eu-central-1.${service}`,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds,
      securityGroupIds: ["net-endpoints"],
    });
    expect(ofType(await registered({ natPerZone }), "aws:ec2/vpcEndpoint:VpcEndpoint")).toEqual({
      "net-endpoints-s3": {
        vpcId: "net",
        serviceName: "com.amazonaws.eu-central-1.s3",
        vpcEndpointType: "Gateway",
        routeTableIds: ["net-private-0", "net-private-1", "net-private-2"],
      },
      "net-endpoints-ecr-api": endpoint("ecr.api"),
      "net-endpoints-ecr-dkr": endpoint("ecr.dkr"),
      "net-endpoints-secretsmanager": endpoint("secretsmanager"),
      "net-endpoints-ssm": endpoint("ssm"),
      "net-endpoints-ssmmessages": endpoint("ssmmessages"),
    });
  });

  it("admits to the endpoints nothing but HTTPS from the VPC", async () => {
    const resources = await registered();
    expect(ofType(resources, "aws:ec2/securityGroup:SecurityGroup")).toEqual({
      "net-endpoints": { vpcId: "net", description: "HTTPS from the VPC to endpoints of AWS services" },
    });
    expect(ofType(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")).toEqual({
      "net-endpoints": {
        securityGroupId: "net-endpoints",
        description: "HTTPS from the VPC",
        cidrIpv4: "10.20.0.0/16",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
    });
  });

  it("keeps a record of every flow, encrypted, and lets AWS write that and nothing else", async () => {
    const resources = await registered();
    expect(ofType(resources, "aws:cloudwatch/logGroup:LogGroup")).toEqual({
      "net-flow-logs": { retentionInDays: 30, kmsKeyId: args.flowLogs.kmsKeyArn },
    });
    expect(Object.values(ofType(resources, "aws:ec2/flowLog:FlowLog"))).toMatchObject([
      {
        vpcId: "net",
        trafficType: "ALL",
        logDestination: "arn:aws:logs:eu-central-1:123456789012:log-group:flows",
      },
    ]);
    expect(policyIn(resources, "aws:iam/rolePolicy:RolePolicy", "policy")).toMatchObject({
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: "arn:aws:logs:eu-central-1:123456789012:log-group:flows:*",
        },
        { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      ],
    });
    expect(policyIn(resources, "aws:iam/role:Role", "assumeRolePolicy")).toMatchObject({
      Statement: [
        {
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*" },
          },
        },
      ],
    });
  });

  it("says of everything whose it is, and its name", async () => {
    const untaggable = /Route|RouteTableAssociation|RolePolicy$/;
    const resources = (await registered({ natPerZone: true })).filter(
      ({ type }) => type.startsWith("aws:") && (!untaggable.test(type) || type.endsWith(":RouteTable")),
    );
    expect(resources.length).toBeGreaterThan(25);
    for (const { inputs } of resources) {
      expect(inputs.tags).toMatchObject({
        Name: expect.stringMatching(/^net/) as unknown,
        "slipway.environment": "prod",
        "slipway.owner": "platform-team",
      });
    }
  });

  it("tells where things are", async () => {
    const network = new Network("net", args, {});
    expect(await valueOf(network.vpcId)).toBe("net");
    expect(await valueOf(network.cidr)).toBe("10.20.0.0/16");
    expect(network.publicSubnets.map(({ zone }) => zone)).toEqual(args.zones);
    expect(await Promise.all(network.privateSubnets.map(({ id }) => valueOf(id)))).toEqual([
      "net-private-0",
      "net-private-1",
      "net-private-2",
    ]);
    const { subnet, address } = network.controlPlane(4);
    expect(address).toBe("10.20.244.11");
    expect(subnet.zone).toBe("eu-central-1b");
    expect(await valueOf(subnet.id)).toBe("net-control-plane-1");
    expect(await valueOf(subnet.cidr)).toBe("10.20.244.0/22");
  });

  it("refuses a zone that is named twice", () => {
    expect(() => new Network("net", { ...args, zones: ["a", "b", "a"] }, {})).toThrow(
      new RangeError("zones are a, b, a; name three different ones of the region"),
    );
  });
});

function policyIn(resources: readonly Registered[], type: string, property: string): unknown {
  const [document] = resources.filter((resource) => resource.type === type);
  return JSON.parse(String(document?.inputs[property])) as unknown;
}
