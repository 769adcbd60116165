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
 * Where control planes note that a cluster of their authority was made, so that no second one begins when all of them and
 * their data are away: `files/claim-cluster.py`. The stack writes nothing there.
 */
export class ClusterClaim extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: ClusterClaimArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsClusterClaim", name, {}, options);

    const secret = new aws.secretsmanager.Secret(
      name,
      {
        name: `${secretsPrefix(args.environment)}/cluster`,
        description: `Whether the cluster of ${args.environment} was made`,
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
