import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { secretsPrefix } from "./aws-facts";
import { belongingTags } from "./tags";

/** A secret of an environment in Secrets Manager. */
export interface EnvironmentSecretArgs extends Belonging {
  /** The last part of its name, such as `join-token`. */
  readonly leaf: string;
  /** What it is for, for a person. */
  readonly description: string;
  /** ARN of the key that encrypts it. */
  readonly keyArn: pulumi.Input<string>;
}

/** Makes it, without a value. It goes at once when it is deleted: the environment that is made anew wants the name. */
export function environmentSecret(
  name: string,
  args: EnvironmentSecretArgs,
  parent: pulumi.Resource,
): aws.secretsmanager.Secret {
  return new aws.secretsmanager.Secret(
    name,
    {
      name: `${secretsPrefix(args.environment)}/${args.leaf}`,
      description: args.description,
      kmsKeyId: args.keyArn,
      recoveryWindowInDays: 0,
      tags: belongingTags(args, name),
    },
    { parent, deleteBeforeReplace: true },
  );
}
