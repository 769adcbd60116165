import * as pulumi from "@pulumi/pulumi";

import type { Statement } from "../policy";

/** Where Pulumi keeps the environment's state. */
export interface StatePlace {
  /** ARN of the S3 bucket: one that only those environments share whose deployers may be each other. */
  readonly bucketArn: pulumi.Input<string>;
  /** ARN of the KMS key of Pulumi's secrets provider, `awskms://…`. Default: the state's secrets have a passphrase. */
  readonly keyArn?: pulumi.Input<string>;
}

/** What `pulumi preview` needs of a state in S3: it takes no lock and writes nothing. */
export function readStateStatements({ bucketArn, keyArn }: StatePlace): Statement[] {
  return [
    ...stateStatements(bucketArn, "s3:GetObject"),
    // The state's secrets, which a preview compares.
    ...(keyArn === undefined ? [] : [stateKey(keyArn, ["kms:Decrypt"])]),
  ];
}

/** What `pulumi up` needs of a state in S3: the state, its history, and the lock that it puts there and takes away. */
export function writeStateStatements({ bucketArn, keyArn }: StatePlace): Statement[] {
  return [
    ...stateStatements(bucketArn, "s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
    // The state's secrets, old and new.
    ...(keyArn === undefined ? [] : [stateKey(keyArn, ["kms:Decrypt", "kms:Encrypt"])]),
  ];
}

/** https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3 */
function stateStatements(bucketArn: pulumi.Input<string>, ...actions: string[]): Statement[] {
  return [
    // Which stacks there are, and whose lock.
    { Sid: "StateList", Action: ["s3:ListBucket"], Resource: bucketArn },
    // Pulumi's own folder in the bucket, and nothing beside it.
    { Sid: "State", Action: actions, Resource: pulumi.interpolate`${bucketArn}/.pulumi/*` },
  ];
}

function stateKey(keyArn: pulumi.Input<string>, Action: string[]): Statement {
  return { Sid: "StateSecrets", Action, Resource: keyArn };
}
