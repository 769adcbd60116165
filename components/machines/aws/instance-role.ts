import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { iamPath, policyDocument, type Statement } from "./policy";
import { belongingTags } from "./tags";

export interface InstanceRoleArgs extends Belonging {
  readonly description: string;
  readonly statements: readonly Statement[];
  /** ARN of a policy beyond which the role has no right, whatever it is given. Default none. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
}

/** What a machine may do at AWS: the role of its instance. Its name is left to Pulumi. */
export class InstanceRole extends pulumi.ComponentResource {
  readonly roleName: pulumi.Output<string>;
  /** Known when the role has its rights. */
  readonly profileName: pulumi.Output<string>;

  constructor(name: string, args: InstanceRoleArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsInstanceRole", name, {}, options);

    const tags = belongingTags(args, name);
    const trust: Statement = {
      Sid: "Instances",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    };
    const role = new aws.iam.Role(
      name,
      {
        description: args.description,
        path: iamPath(args.environment),
        assumeRolePolicy: policyDocument([trust]),
        ...(args.permissionsBoundaryArn !== undefined && {
          permissionsBoundary: args.permissionsBoundaryArn,
        }),
        tags,
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: policyDocument(args.statements) },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(
      name,
      { role: role.name, path: iamPath(args.environment), tags },
      { parent: this, dependsOn: [policy] },
    );
    this.roleName = role.name;
    this.profileName = profile.name;
    this.registerOutputs({ roleName: this.roleName });
  }
}
