import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { environmentSecret } from "./environment-secret";

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

    const description = `Whether the cluster of ${args.environment} was made`;
    this.arn = environmentSecret(name, { ...args, leaf: "cluster", description }, this).arn;
    this.registerOutputs({ arn: this.arn });
  }
}
