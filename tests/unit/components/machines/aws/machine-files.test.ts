import * as pulumi from "@pulumi/pulumi";

import {
  controlPlaneStatements,
  workerStatements,
} from "../../../../../components/machines/aws/machine-rights";
import { MachineFiles } from "../../../../../components/machines/aws/machine-files";
import { policiesOf } from "../../../../support/aws/policies";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../../support/recorder";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/1";
const files = { key: "0a5186d48e00-amd64", archive: __filename, sha256: "ab".repeat(32) };
const bucket = { bucket: "prod-files-1", arn: "arn:aws:s3:::prod-files-1" };

let made: MachineFiles | undefined;

beforeEach(() => {
  recordResources({ outputs: { "aws:s3/bucket:Bucket": bucket } });
});

const registered = (): Promise<Registered[]> =>
  registeredBy((options) => {
    made = new MachineFiles("prod-files", { environment: "prod", owner: "us", keyArn, files }, options);
  });

const valueOf = <T>(output: pulumi.Output<T> | undefined): Promise<T | undefined> =>
  new Promise((resolve) => {
    if (output === undefined) resolve(undefined);
    else output.apply(resolve);
  });

test("what machines are made of lies encrypted in a private bucket, by its key and checksum", async () => {
  const resources = await registered();
  expect(countByType(resources)).toEqual({
    "slipway:machines:AwsMachineFiles": 1,
    "aws:s3/bucket:Bucket": 1,
    "aws:s3/bucketVersioning:BucketVersioning": 1,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
    "aws:s3/bucketPolicy:BucketPolicy": 1,
    "aws:s3/bucketObjectv2:BucketObjectv2": 1,
  });
  const tags = { Name: "prod-files", "slipway.environment": "prod", "slipway.owner": "us" };
  expect(inputsOf(resources, "aws:s3/bucket:Bucket")).toEqual({ forceDestroy: true, tags });
  const [uploaded] = resources.filter(({ type }) => type === "aws:s3/bucketObjectv2:BucketObjectv2");
  const { source, ...object } = uploaded?.inputs ?? {};
  expect(object).toEqual({
    bucket: "prod-files-1",
    key: `${files.key}/${files.sha256}.tar.gz`,
    contentType: "application/gzip",
    tags,
  });
  expect(await (source as pulumi.asset.FileAsset).path).toBe(__filename);
  expect(
    inputsOf(resources, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
  ).toMatchObject({ rules: [{ noncurrentVersionExpiration: { noncurrentDays: 7 } }] });
  expect(
    policiesOf(resources)["BucketPolicy prod-files"]?.Statement.map(({ Sid, Effect }) => `${Effect} ${Sid}`),
  ).toEqual(["Deny OnlyByTls", "Deny NoOtherKey", "Deny NoOtherEncryption", "Deny NoKeyOfTheCallers"]);
});

test("a role's secret says where they are", async () => {
  await registered();
  expect(await valueOf(made?.pointer)).toEqual({
    path: "/etc/slipway/machine-archive.env",
    content: `BUCKET='prod-files-1'\nARCHIVE='${files.key}/${files.sha256}.tar.gz'\n`,
  });
  expect(await valueOf(made?.objectsArn)).toBe("arn:aws:s3:::prod-files-1/*");
});

test.each([workerStatements, controlPlaneStatements])(
  "%p reads them, where there are some",
  async (rights) => {
    const place = { partition: "aws", region: "eu-central-1", accountId: "123456789012" };
    const [secretArn, claimArn] = ["arn:aws:secretsmanager:::secret:1", "arn:aws:secretsmanager:::secret:2"];
    const args = { ...place, environment: "prod", keyArn, secretArn, claimArn, joinTokenArn: `${claimArn}3` };
    const ids = (machineFilesArn?: string) => rights({ ...args, machineFilesArn }).map(({ Sid }) => Sid);
    expect(ids("arn:aws:s3:::prod-files-1/*")).toEqual(["MachineFiles", "DecryptMachineFiles", ...ids()]);
    const [read, decrypt] = rights({ ...args, machineFilesArn: "arn:aws:s3:::prod-files-1/*" });
    expect(read).toMatchObject({ Action: "s3:GetObject", Resource: "arn:aws:s3:::prod-files-1/*" });
    const via = decrypt?.Condition?.StringEquals?.["kms:ViaService"];
    expect(await valueOf(pulumi.output(via))).toBe("s3.eu-central-1.amazonaws.com");
  },
);
