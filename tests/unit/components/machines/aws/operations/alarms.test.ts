import { Alarms, type AlarmsArgs } from "../../../../../../components/machines/aws/operations";
import { policiesOf } from "../../../../../support/aws/policies";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../../../support/recorder";

const topicArn = "arn:aws:sns:eu-central-1:123456789012:prod-alarms-1";
const balancer = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";

const args: AlarmsArgs = {
  environment: "prod",
  owner: "us",
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
  keyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
  endpoint: {
    loadBalancerArn: `${balancer}:loadbalancer/net/prod/50dc6c495c0c9188`,
    targetGroupArn: `${balancer}:targetgroup/prod/6d0ecf831eec9f09`,
  },
  controlPlanes: { "control-plane-0": "i-0", "control-plane-1": "i-1", "control-plane-2": "i-2" },
  volumes: { "etcd-0": "vol-0" },
  pools: { default: { groupName: "prod-default", min: 2 }, spare: { groupName: "prod-spare", min: 0 } },
};

beforeEach(() => {
  recordResources({ outputs: { "aws:sns/topic:Topic": { arn: topicArn } } });
});

const alarms = (more: Partial<AlarmsArgs> = {}) =>
  registeredBy((options) => new Alarms("prod-alarms", { ...args, ...more }, options));

const alarm = (resources: readonly Registered[], suffix: string) =>
  inputsOf(resources, "aws:cloudwatch/metricAlarm:MetricAlarm", `prod-alarms-${suffix}`);

test("are for the endpoint, each control plane, each volume and each pool that has to have machines", async () => {
  const resources = await alarms();
  expect(countByType(resources)).toEqual({
    "slipway:machines:AwsAlarms": 1,
    "aws:sns/topic:Topic": 1,
    "aws:sns/topicPolicy:TopicPolicy": 1,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 2 + 3 * 2 + 2 + 1,
  });
  expect(inputsOf(resources, "aws:sns/topic:Topic")).toEqual({
    kmsMasterKeyId: args.keyArn,
    tags: { Name: "prod-alarms", "slipway.environment": "prod", "slipway.owner": "us" },
  });
});

test("are told to e-mail addresses by the topic", async () => {
  const resources = await alarms({ emails: ["on-call@example.com"] });
  expect(countByType(resources)).toMatchObject({ "aws:sns/topicSubscription:TopicSubscription": 1 });
  expect(inputsOf(resources, "aws:sns/topicSubscription:TopicSubscription")).toEqual({
    topic: topicArn,
    protocol: "email",
    endpoint: "on-call@example.com",
  });
});

test.each([
  [1, 1],
  [3, 2],
  [5, 3],
])("%d control planes have quorum with %d", async (count, majority) => {
  const controlPlanes = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`control-plane-${index}`, `i-${index}`]),
  );
  expect(alarm(await alarms({ controlPlanes }), "quorum")).toMatchObject({
    namespace: "AWS/NetworkELB",
    metricName: "HealthyHostCount",
    dimensions: {
      LoadBalancer: "net/prod/50dc6c495c0c9188",
      TargetGroup: "targetgroup/prod/6d0ecf831eec9f09",
    },
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    threshold: majority,
    treatMissingData: "breaching",
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
});

test("a control plane whose host fails is recovered, and nothing else is", async () => {
  const resources = await alarms();
  const recover = "arn:aws:automate:eu-central-1:ec2:recover";
  expect(alarm(resources, "control-plane-1-host")).toMatchObject({
    metricName: "StatusCheckFailed_System",
    dimensions: { InstanceId: "i-1" },
    alarmActions: [recover, topicArn],
  });
  const recovering = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(recover));
  expect(recovering.map(({ name }) => name)).toEqual([
    "prod-alarms-control-plane-0-host",
    "prod-alarms-control-plane-1-host",
    "prod-alarms-control-plane-2-host",
  ]);
});

test("a volume is slow when its writes are, however many there are", async () => {
  const resources = await alarms();
  expect(alarm(resources, "etcd-0-slow")).toMatchObject({
    threshold: 10,
    metricQueries: [
      { id: "milliseconds", expression: "IF(writes > 0, 1000 * seconds / writes, 0)", returnData: true },
      { id: "seconds", metric: { metricName: "VolumeTotalWriteTime", dimensions: { VolumeId: "vol-0" } } },
      { id: "writes", metric: { metricName: "VolumeWriteOps", stat: "Sum" } },
    ],
  });
  expect(alarm(resources, "etcd-0-stalled")).toMatchObject({ metricName: "VolumeStalledIOCheck" });
});

test.each([
  [365 * 86_400, 30],
  [86_400, 0.0822],
])(
  "certificates of %d seconds are an alarm with less than %d days left, and where nobody tells",
  async (seconds, days) => {
    expect(alarm(await alarms({ certificateSeconds: seconds }), "certificates")).toMatchObject({
      namespace: "Slipway",
      metricName: "CertificateDaysLeft",
      dimensions: { Environment: "prod" },
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: days,
      treatMissingData: "breaching",
      alarmActions: [topicArn],
    });
  },
);

test("a pool has its least number of machines", async () => {
  expect(alarm(await alarms(), "default-machines")).toMatchObject({
    metricName: "GroupInServiceInstances",
    dimensions: { AutoScalingGroupName: "prod-default" },
    threshold: 2,
    treatMissingData: "breaching",
  });
});

test("only alarms of the account may tell the topic", async () => {
  const statements = policiesOf(await alarms())["TopicPolicy prod-alarms"]?.Statement ?? [];
  const allowed = statements.filter(({ Effect }) => Effect === "Allow");
  expect(allowed).toEqual([
    {
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: {
        StringEquals: { "aws:SourceAccount": "123456789012" },
        ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*" },
      },
    },
  ]);
});

test("say all that cannot work at once", () => {
  const emails = ["nobody", "a@example.com", "a@example.com"];
  const bad = { ...args, controlPlanes: {}, pools: { default: { groupName: "g", min: -1 } }, emails };
  expect(() => new Alarms("prod-alarms", bad, {})).toThrow(
    [
      'the alarms "prod-alarms" cannot work:',
      "  - controlPlanes is {}: give at least one: name of the machine to its id",
      "  - pools.default.min is -1: give a whole number from 0",
      '  - emails[0] is "nobody": give one such as on-call@example.com',
      '  - emails[2] is "a@example.com": it is there twice: leave it out',
    ].join("\n"),
  );
});
