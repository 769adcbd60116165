import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { DeletionGuard } from "../../../stacks/aws/deletion-guard";
import { AwsFoundation, platformImages } from "../../../stacks/aws/foundation";
import { checkedConfig } from "../../../stacks/aws-program";
import { readStackConfig } from "../../../stacks/config";
import { stackOwner } from "../../../stacks/owner";
import { shopImages } from "../../../stacks/shop";

/**
 * What a stack on AWS makes there, from a stack's own settings. Behind moto no machine boots and no API server answers, so
 * that there is no cluster: its identity and its documents are made up.
 */
export = async (): Promise<object> => {
  const stack = pulumi.getStack();
  const checked = await checkedConfig(stack, readStackConfig(), stackOwner());
  const { config } = checked;
  const provider = new aws.Provider(stack, { region: checked.aws.region });
  const images = [...platformImages, ...shopImages];
  const foundation = new AwsFoundation(stack, checked, stackOwner(), images, { provider });
  const { machines } = foundation;
  const files = pulumi.secret([{ path: "/etc/slipway/ca.key", content: "made up", permissions: "0600" }]);
  machines.keepIdentity("control-plane", files);
  machines.keepIdentity("worker", files);
  const userData = "#cloud-config\nruncmd: [[echo, hello]]\n";
  const inside = { parent: foundation };
  for (let index = 0; index < config.controlPlane.count; index++) {
    const slot = { role: "control-plane", index } as const;
    const { kubernetesVersion } = config;
    machines.createMachine({ slot, cpus: 2, memoryMiB: 4096, kubernetesVersion, userData }, inside);
  }
  for (const { name, count, labels, taints } of config.pools) {
    machines.pools.create({ name, count, labels, taints, maxUnavailable: 1, userData }, inside);
  }
  const alarms = foundation.watchMachines(stack);
  new DeletionGuard(stack, [foundation], checked.aws.deletionProtection, {});
  return { alarmTopic: alarms.topicArn, backupBucket: foundation.backups.bucketName };
};
