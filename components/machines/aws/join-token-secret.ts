import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { secretsPrefix } from "./aws-facts";
import { belongingTags } from "./tags";

export interface JoinTokenSecretArgs extends Belonging {
  /** ARN of the key that encrypts it. */
  readonly keyArn: pulumi.Input<string>;
}

/**
 * Where control planes keep the token that new workers join with, a new one every eight hours, each good for a day:
 * `files/renew-join-token.py`. The stack writes nothing there, and knows no token.
 */
export class JoinTokenSecret extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: JoinTokenSecretArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsJoinTokenSecret", name, {}, options);

    const secret = new aws.secretsmanager.Secret(
      name,
      {
        name: `${secretsPrefix(args.environment)}/join-token`,
        description: `What new workers of ${args.environment} join with`,
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
