import * as path from "node:path";

import { MachineApis } from "../../support/aws/machine-apis";

const program = path.join(__dirname, "../../../machine-image/rootfs/usr/lib/slipway/look-after-nodes");
const script = path.relative(path.resolve("components", "machines", "aws", "files"), program);

let apis: MachineApis;

beforeEach(async () => {
  apis = await MachineApis.start({
    bootstrap: "ROLE='join-control-plane'\n",
    group: "GROUPS_PREFIX='slipway-prod-'\nENTER_HOOK='enter-cluster'\nLEAVE_HOOK='leave-cluster'\n",
  });
  apis.objects = [{ status: 200, body: "<PutMetricDataResponse/>" }];
});

afterEach(() => apis.stop());

interface Seen {
  readonly name: string;
  readonly pool?: string;
  readonly status?: string;
  readonly minutes?: number;
  readonly days?: number;
}

/** Has the API know these nodes. */
function nodesAre(...all: Seen[]): void {
  const items = all.map(({ name, pool, status = "True", minutes = 60, days }) => ({
    metadata: {
      name,
      labels: pool === undefined ? {} : { "slipway.pool": pool },
      annotations:
        days === undefined
          ? {}
          : { "slipway.dev/kubelet-certificates-end": String(Math.round(Date.now() / 1000 + days * 86_400)) },
    },
    spec: { providerID: `aws:///eu-central-1a/${name}` },
    status: {
      conditions: [
        {
          type: "Ready",
          status,
          lastTransitionTime: new Date(Date.now() - minutes * 60_000).toISOString().replace(/[.]\d+/, ""),
        },
      ],
    },
  }));
  apis.put("/nodes.json", JSON.stringify({ items }));
  apis.program("kubectl", `cat ${apis.at("/nodes.json")}`);
}

/** Has AWS know these instances of a group, as `InService` and `Healthy` unless it is said otherwise. */
function groupHas(...instances: (string | readonly [name: string, state: string, health: string])[]): void {
  const members = instances
    .map((each) => (typeof each === "string" ? ([each, "InService", "Healthy"] as const) : each))
    .map(
      ([name, state, health]) =>
        `<member><InstanceId>${name}</InstanceId><LifecycleState>${state}</LifecycleState><HealthStatus>${health}</HealthStatus></member>`,
    );
  const body =
    '<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">' +
    `<DescribeAutoScalingGroupsResult><AutoScalingGroups><member><Instances>${members.join("")}</Instances></member>` +
    "</AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>";
  apis.groups = [{ status: 200, body }];
}

const asked = (action: string): Record<string, string>[] =>
  apis.requests
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
    .filter(({ Action }) => Action === action);

const replaced = async (): Promise<string[]> => {
  expect(await apis.run(script, undefined, "once")).toBe(0);
  return asked("SetInstanceHealth").map(({ InstanceId = "" }) => InstanceId);
};

const pool = "general";
const well = ["i-1", "i-2", "i-3", "i-4"].map((name) => ({ name, pool }));
const broken = (name: string, minutes = 5.1): Seen => ({ name, pool, status: "Unknown", minutes });

describe("a worker that is no ready node", () => {
  test("for five minutes is told to its group as unhealthy", async () => {
    nodesAre(...well, broken("i-5"));
    groupHas("i-1", "i-2", "i-3", "i-4", "i-5");
    expect(await replaced()).toEqual(["i-5"]);
    expect(asked("DescribeAutoScalingGroups")).toEqual([
      expect.objectContaining({ "AutoScalingGroupNames.member.1": "slipway-prod-general" }),
    ]);
    expect(asked("SetInstanceHealth")[0]).toMatchObject({
      HealthStatus: "Unhealthy",
      ShouldRespectGracePeriod: "false",
    });
  });

  test("for less is left alone, and nobody asks AWS for its group", async () => {
    nodesAre(...well, broken("i-5", 4.5));
    expect(await replaced()).toEqual([]);
    expect(asked("DescribeAutoScalingGroups")).toEqual([]);
  });

  test("is one of two of five, which may be replaced, but not of three", async () => {
    nodesAre(...well.slice(0, 3), broken("i-4"), broken("i-5"));
    groupHas("i-1", "i-2", "i-3", "i-4", "i-5");
    expect(await replaced()).toEqual(["i-4", "i-5"]);
    apis.requests.length = 0;
    nodesAre(...well.slice(0, 2), broken("i-3"), broken("i-4"), broken("i-5"));
    expect(await replaced()).toEqual([]);
  });

  test("waits for those that are on their way in or out already", async () => {
    nodesAre(...well.slice(0, 3), broken("i-4"), broken("i-5"));
    groupHas("i-1", "i-2", "i-3", ["i-4", "Terminating:Wait", "Unhealthy"], "i-5");
    expect(await replaced()).toEqual(["i-5"]);
    apis.requests.length = 0;
    groupHas("i-1", "i-2", "i-3", ["i-4", "InService", "Unhealthy"], "i-5", [
      "i-6",
      "Pending:Wait",
      "Healthy",
    ]);
    expect(await replaced()).toEqual([]);
  });

  test("is not replaced where it is one of two: that is half of the pool", async () => {
    nodesAre({ name: "i-1", pool }, broken("i-2"));
    groupHas("i-1", "i-2");
    expect(await replaced()).toEqual([]);
  });
});

test("a control plane is never replaced", async () => {
  nodesAre({ name: "i-0", status: "Unknown", minutes: 600 }, ...well);
  expect(await replaced()).toEqual([]);
});

test("when the first certificate ends is told to CloudWatch", async () => {
  nodesAre({ name: "i-0", days: 200 }, { name: "i-1", pool, days: 29.5 }, { name: "i-2", pool });
  await replaced();
  const [metric] = asked("PutMetricData");
  expect(metric).toMatchObject({
    Namespace: "Slipway",
    "MetricData.member.1.MetricName": "CertificateDaysLeft",
    "MetricData.member.1.Dimensions.member.1.Name": "Environment",
    "MetricData.member.1.Dimensions.member.1.Value": "prod",
  });
  expect(Number(metric?.["MetricData.member.1.Value"])).toBeCloseTo(29.5, 1);
});

test("a worker looks after nobody", async () => {
  apis.set("bootstrap", "ROLE='join-worker'\n");
  nodesAre(...well, broken("i-5"));
  expect(await replaced()).toEqual([]);
  expect(apis.requests).toEqual([]);
});
