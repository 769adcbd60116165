import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { environmentSecret } from "./environment-secret";

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

    const description = `What new workers of ${args.environment} join with`;
    this.arn = environmentSecret(name, { ...args, leaf: "join-token", description }, this).arn;
    this.registerOutputs({ arn: this.arn });
  }
}
