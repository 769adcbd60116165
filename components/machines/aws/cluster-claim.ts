import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { secretsPrefix } from "./aws-facts";
import { belongingTags } from "./tags";

export interface ClusterClaimArgs extends Belonging {
  /** ARN of the key that encrypts it. */
  readonly keyArn: pulumi.Input<string>;
}

/**
 * Where a control plane writes that it begins the cluster, before it does. Secrets Manager takes each authority's hash once, so
 * that no second cluster begins where one was made: `files/claim-cluster.py`. The stack writes nothing there.
 */
export class ClusterClaim extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: ClusterClaimArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsClusterClaim", name, {}, options);

    const secret = new aws.secretsmanager.Secret(
      name,
      {
        name: `${secretsPrefix(args.environment)}/cluster`,
        description: `Which machine began the cluster of ${args.environment}`,
        kmsKeyId: args.keyArn,
        recoveryWindowInDays: 0,
        tags: belongingTags(args, name),
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.arn = secret.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
