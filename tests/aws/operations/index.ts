import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import {
  Alarms,
  BackupBucket,
  EnvironmentKey,
  GitHubAccess,
  ImageRepositories,
} from "../../../components/machines/aws/operations";

const config = new pulumi.Config();
const keep = config.getBoolean("keep") ?? false;

// What moto fails at it fails at again: the provider's 25 tries would take longer than a test.
const provider = new aws.Provider("aws", { region: "eu-central-1", maxRetries: 2 });
const options = { provider };

const place = {
  environment: "test",
  owner: "us",
  partition: aws.getPartitionOutput({}, options).partition,
  region: "eu-central-1",
  accountId: aws.getCallerIdentityOutput({}, options).accountId,
};

const key = new EnvironmentKey("test-key", { ...place, deletionWindowInDays: 7, keep }, options);
const keyArn = key.arn;
const images = new ImageRepositories(
  "test-images",
  { ...place, keyArn, names: ["catalog", "cart"], forceDelete: true },
  options,
);
const backups = new BackupBucket("test-backups", { ...place, keyArn, keep, forceDestroy: !keep }, options);
const access = new GitHubAccess(
  "test-github",
  {
    ...place,
    repository: "acme/shop",
    deployFrom: { environment: "production" },
    state: { bucketArn: "arn:aws:s3:::acme-state" },
  },
  options,
);

// Alarms are only told what there is to watch.
const balancer = pulumi.interpolate`arn:aws:elasticloadbalancing:eu-central-1:${place.accountId}`;
const alarms = new Alarms(
  "test-alarms",
  {
    ...place,
    keyArn,
    endpoint: {
      loadBalancerArn: pulumi.interpolate`${balancer}:loadbalancer/net/test/50dc6c495c0c9188`,
      targetGroupArn: pulumi.interpolate`${balancer}:targetgroup/test/6d0ecf831eec9f09`,
    },
    controlPlanes: { "control-plane-0": "i-0123456789abcdef0" },
    volumes: { "etcd-0": "vol-0123456789abcdef0" },
    pools: { default: { groupName: "test-default", min: 2 } },
    emails: ["on-call@example.com"],
  },
  options,
);

export const catalog = images.urls.catalog;
export const bucket = backups.bucketName;
export const topic = alarms.topicArn;
export const deployRole = access.deployRoleArn;
