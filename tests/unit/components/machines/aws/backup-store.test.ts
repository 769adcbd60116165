import { createHash } from "node:crypto";
import * as path from "node:path";

import { MachineApis } from "../../../../support/aws/machine-apis";

const folder = path.resolve("machine-image/rootfs/usr/lib/slipway/backups");

let apis: MachineApis;

beforeEach(async () => {
  apis = await MachineApis.start({ bootstrap: "MACHINE='control-plane-0'\nROLE='initialize'\n" });
  apis.put("bundle", "an encrypted bundle");
});

afterEach(() => apis.stop());

const put = (name: string, before: string): Promise<number | null> =>
  apis.python(`import sys
sys.path.insert(0, ${JSON.stringify(folder)})
import store
bucket = store.Bucket("prod-backups", "prod")
bucket.put("${name}", ${JSON.stringify(apis.at("bundle"))}, {"bundle": {"bytes": 19}}, ${before})
assert bucket.prune() == []`);

const done = { status: 200, body: "" };
const sha256 = (text: string) => createHash("sha256").update(text).digest();

test("a control plane puts a bundle and its description, each with its checksum, and says so to CloudWatch", async () => {
  apis.objects = [done];
  expect(await put("20261201T001500Z", '"20261130T231500Z"')).toBe(0);
  const [bundle, description, metric] = apis.requests;
  expect([bundle, description].map((request) => [request?.method, request?.path])).toEqual([
    ["PUT", "/daily/20261201T001500Z.age"],
    ["PUT", "/daily/20261201T001500Z.json"],
  ]);
  expect(bundle?.body).toBe("an encrypted bundle");
  // An object under lock is taken with a checksum only.
  expect(bundle?.headers).toMatchObject({
    "content-length": "19",
    "x-amz-checksum-sha256": sha256("an encrypted bundle").toString("base64"),
    "x-amz-content-sha256": sha256("an encrypted bundle").toString("hex"),
    authorization: expect.stringMatching(
      /\/eu-central-1\/s3\/aws4_request, SignedHeaders=host;x-amz-checksum-sha256;/,
    ) as string,
  });
  expect(JSON.parse(description?.body ?? "")).toEqual({ bundle: { bytes: 19 } });
  expect(Object.fromEntries(new URLSearchParams(metric?.body))).toMatchObject({
    Action: "PutMetricData",
    Namespace: "Slipway",
    "MetricData.member.1.MetricName": "ClusterBackupBytes",
    "MetricData.member.1.Value": "19",
    "MetricData.member.1.Dimensions.member.1.Value": "prod",
  });
});

test("the first one of all is one of the weekly ones", async () => {
  apis.objects = [done];
  expect(await put("20261130T221500Z", "None")).toBe(0);
  expect(apis.requests[0]?.path).toBe("/weekly/20261130T221500Z.age");
});

test("where S3 refuses, there is no backup, and nothing is said to CloudWatch", async () => {
  apis.objects = [{ status: 403, body: "<Error><Code>AccessDenied</Code></Error>" }];
  expect(await put("20261130T221500Z", "None")).toBe(1);
  expect(apis.requests).toHaveLength(1);
});
