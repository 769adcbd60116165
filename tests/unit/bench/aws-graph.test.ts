import { componentGraph } from "../../../bench/aws-graph";

const urn = (type: string, name: string): string => `urn:pulumi:prod::slipway::${type}::${name}`;
const network = urn("slipway:machines:AwsNetwork", "prod-network");
const vpc = urn("aws:ec2/vpc:Vpc", "prod-network");
const firewalls = urn("slipway:machines:AwsNodeSecurityGroups", "prod-nodes");
const group = urn("aws:ec2/securityGroup:SecurityGroup", "prod-nodes");
const pool = urn("slipway:machines:AwsWorkerPool", "prod-worker");
const machines = urn("aws:autoscaling/group:Group", "prod-worker");

const step = (of: string, parent?: string, ...dependencies: string[]) => {
  const type = of.split("::")[2] ?? "";
  return { urn: of, newState: { type, dependencies, ...(parent !== undefined && { parent }) } };
};

test("components are boxes, and an arrow leads to each from what has to be there, unless another one says so", () => {
  const steps = [
    step(pool),
    // It needs the network twice, and once would be said by the firewalls.
    step(machines, pool, group, vpc),
    step(network),
    step(vpc, network),
    step(firewalls),
    step(group, firewalls, vpc),
    step(urn("pulumi:providers:aws", "prod")),
  ];
  expect(componentGraph(steps).split("\n")).toEqual([
    "flowchart LR",
    '  c0["network<br/>prod-network<br/>2 resources"]',
    '  c1["firewalls<br/>prod-nodes<br/>2 resources"]',
    '  c2["pool<br/>prod-worker<br/>2 resources"]',
    "  c0 --> c1",
    "  c1 --> c2",
  ]);
});
