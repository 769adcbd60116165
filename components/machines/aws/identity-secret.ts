import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { MachineFile } from "../../bootstrap";
import type { Belonging } from "../belonging";
import type { MachineRole } from "../platform";
import { environmentSecret } from "./environment-secret";

/** Secrets Manager's limit for a value: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const maxBytes = 65_536;

export interface IdentitySecretArgs extends Belonging {
  readonly role: MachineRole;
  /** Secret. */
  readonly files: pulumi.Input<readonly MachineFile[]>;
  /** ARN of the key that encrypts it. */
  readonly keyArn: pulumi.Input<string>;
}

/** What a role's machines fetch of the cluster's identity when they boot, in Secrets Manager. */
export class IdentitySecret extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Known when the value is there: machines that are made before would wait for it. */
  readonly versionId: pulumi.Output<string>;

  constructor(name: string, args: IdentitySecretArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsIdentitySecret", name, {}, options);

    const description = `What the ${args.role} machines of ${args.environment} boot with`;
    const secret = environmentSecret(name, { ...args, leaf: args.role, description }, this);
    const version = new aws.secretsmanager.SecretVersion(
      name,
      {
        secretId: secret.id,
        secretString: pulumi.secret(args.files).apply((files) => secretValue(args.role, files)),
      },
      { parent: this, additionalSecretOutputs: ["secretString"] },
    );
    this.arn = secret.arn;
    this.versionId = version.versionId;
    this.registerOutputs({ arn: this.arn });
  }
}

/**
 * The value of a role's secret, as `files/fetch-identity.py` reads it.
 * @throws Error when it is longer than Secrets Manager takes; says whose it is, and how long.
 */
export function secretValue(role: MachineRole, files: readonly MachineFile[]): string {
  const value = JSON.stringify(files);
  const length = Buffer.byteLength(value);
  if (length > maxBytes) {
    throw new Error(
      `the identity of ${role} machines is ${length} bytes; Secrets Manager takes at most ${maxBytes}`,
    );
  }
  return value;
}
