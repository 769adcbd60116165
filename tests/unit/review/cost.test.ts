import { costOf } from "../../../review/cost";
import prices from "../../../review/prices.json";
import { step } from "./steps";

const created = (type: string, after: Record<string, unknown>, name = "x") =>
  step("create", type, name, { after });

function monthly(type: string, inputs: Record<string, unknown>): number {
  return costOf([created(type, inputs)]).after;
}

test.each([
  [
    "an instance and its disk",
    "aws:ec2/instance:Instance",
    { instanceType: "t3.medium", rootBlockDevice: { volumeSize: 20, volumeType: "gp3" } },
    0.0416 * 730 + 20 * 0.08,
  ],
  [
    "a volume with more speed than is included",
    "aws:ebs/volume:Volume",
    { type: "gp3", size: 100, iops: 4000, throughput: 225 },
    8 + 1000 * 0.005 + 100 * 0.04,
  ],
  [
    "a volume whose every operation is paid",
    "aws:ebs/volume:Volume",
    { type: "io2", size: 10, iops: 100 },
    1.25 + 6.5,
  ],
  ["a load balancer", "aws:lb/loadBalancer:LoadBalancer", {}, 0.0225 * 730],
  ["a NAT gateway", "aws:ec2/natGateway:NatGateway", {}, 0.045 * 730],
  [
    "an endpoint in three subnets",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    { vpcEndpointType: "Interface", subnetIds: ["a", "b", "c"] },
    0.01 * 730 * 3,
  ],
  ["a gateway endpoint", "aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" }, 0],
  ["a secret", "aws:secretsmanager/secret:Secret", {}, 0.4],
  ["a key", "aws:kms/key:Key", {}, 1],
  ["an alarm", "aws:cloudwatch/metricAlarm:MetricAlarm", { metricName: "HealthyHostCount" }, 0.1],
  [
    "an alarm that computes with two metrics",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    { metricQueries: [{ expression: "a / b" }, { metric: {} }, { metric: {} }] },
    0.2,
  ],
])("%s", (_, type, inputs, expected) => {
  expect(monthly(type, inputs)).toBeCloseTo(expected, 6);
});

test("a group costs what its machines do, by the template beside it", () => {
  const template = created("aws:ec2/launchTemplate:LaunchTemplate", {
    instanceType: "m7g.large",
    blockDeviceMappings: [{ ebs: { volumeSize: 30, volumeType: "gp3" } }],
  });
  const group = created("aws:autoscaling/group:Group", { desiredCapacity: 3 }, "group");
  expect(costOf([template, group]).after).toBeCloseTo(3 * (0.0816 * 730 + 2.4), 6);
});

test("the difference counts what goes and what stays", () => {
  const cost = costOf([
    step("same", "aws:kms/key:Key", "key"),
    step("delete", "aws:ec2/natGateway:NatGateway", "nat"),
    step("update", "aws:ec2/instance:Instance", "machine", {
      before: { instanceType: "m7g.large" },
      after: { instanceType: "m7g.xlarge" },
    }),
    // The three steps of one replacement are one resource.
    ...["create-replacement", "replace", "delete-replaced"].map((op) =>
      step(op, "aws:lb/loadBalancer:LoadBalancer", "lb"),
    ),
  ]);
  expect(cost.before).toBeCloseTo(1 + 32.85 + 0.0816 * 730 + 16.425, 6);
  expect(cost.after).toBeCloseTo(1 + 0.1632 * 730 + 16.425, 6);
  expect(cost.billed).toBe(true);
});

test.each([
  [{ instanceType: "p5.48xlarge" }, "no price for instances of type p5.48xlarge in the table"],
  [{ instanceType: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, "its instance type is not known yet"],
])("what has no price is said, and not taken for free", (inputs, reason) => {
  const { unpriced } = costOf([created("aws:ec2/instance:Instance", inputs)]);
  expect(unpriced.map((it) => it.reason)).toEqual([reason]);
});

test("an environment on this machine is not billed", () => {
  expect(costOf([created("docker:index/container:Container", {})])).toMatchObject({
    billed: false,
    after: 0,
    unpriced: [],
  });
});

test("every part of the price table says its date and source", () => {
  const parts = [prices.instances, prices.volumes, prices.perHour, prices.perMonth];
  for (const { date, source } of parts) {
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(source).toMatch(/https:|github\.com/);
  }
  expect(Object.values(prices.instances.perHour).every((price) => price > 0 && price < 10)).toBe(true);
});

test("there is a price for each size that a control plane or a pool begins with, on both architectures", () => {
  const families = {
    t3: ["medium"],
    t4g: ["medium"],
    m6g: ["medium"],
    m7g: ["medium"],
    c7g: ["medium"],
    m6i: [],
    c6i: [],
  };
  for (const [family, more] of Object.entries(families)) {
    for (const size of [...more, "large", "xlarge"]) {
      expect(Object.keys(prices.instances.perHour)).toContain(`${family}.${size}`);
    }
  }
});
