import * as pulumi from "@pulumi/pulumi";

/** Where in AWS an environment is: the parts of its ARNs. */
export interface AwsPlace {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: pulumi.Input<string>;
  /** As in `eu-central-1`. */
  readonly region: pulumi.Input<string>;
  /** The account's 12 digits. */
  readonly accountId: pulumi.Input<string>;
}

/**
 * IAM path of an environment's roles, profiles and policies. By a name's beginning `prod` would be `prod-eu` too, and whatever
 * else somebody called so.
 */
export const iamPath = (environment: string): string => `/slipway/${environment}/`;

type OneOrMore = pulumi.Input<string> | readonly pulumi.Input<string>[];

/** A statement of an IAM policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface Statement {
  /** Says what it is for, in letters and digits. */
  readonly Sid: string;
  /** Default `Allow`. */
  readonly Effect?: "Allow" | "Deny";
  /** Of a resource's own policy only. */
  readonly Principal?: "*" | Readonly<Partial<Record<"AWS" | "Service" | "Federated", OneOrMore>>>;
  /** Actions' names. */
  readonly Action: OneOrMore;
  /** ARNs. Not in a role's trust policy. */
  readonly Resource?: OneOrMore;
  /** Operator to key to value. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** An IAM policy as AWS takes it. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map(({ Sid, Effect = "Allow", ...rest }) => ({ Sid, Effect, ...rest })),
  });
}
