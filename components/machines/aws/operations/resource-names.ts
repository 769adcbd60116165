import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../../belonging";
import { type AwsPlace, iamPath } from "../policy";

/** Patterns of ARNs by kind. */
export type ResourceNames = ReturnType<typeof namesOf>;

/**
 * The ARNs of what is an environment's by its name, where IAM cannot tell by tags: what Pulumi names begins with the name of
 * its component, and so with the environment's.
 */
export function namesOf({ environment, partition, region, accountId }: Belonging & AwsPlace) {
  const regional = (service: string, rest: string) =>
    pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  const global = (rest: string) => pulumi.interpolate`arn:${partition}:iam::${accountId}:${rest}`;
  return {
    roles: global(`role${iamPath(environment)}*`),
    instanceProfiles: global(`instance-profile${iamPath(environment)}*`),
    policies: global(`policy${iamPath(environment)}*`),
    /** Those of GitHub's workflows, which are no deployer's: outside that path, so that no right to change them is given. */
    access: [global(`role/${environment}-github-*`), global(`policy/${environment}-github-*`)],
    identityProvider: global("oidc-provider/token.actions.githubusercontent.com"),
    machineFiles: pulumi.interpolate`arn:${partition}:s3:::${environment}-files-*`,
    buckets: pulumi.interpolate`arn:${partition}:s3:::${environment}-*`,
    repositories: regional("ecr", `repository/slipway/${environment}/*`),
    secrets: regional("secretsmanager", `secret:slipway/${environment}/*`),
    keyAlias: regional("kms", `alias/slipway-${environment}`),
    alarms: regional("cloudwatch", `alarm:${environment}-*`),
    logGroups: regional("logs", `log-group:${environment}-*`),
    rules: regional("events", `rule/${environment}-*`),
    topics: regional("sns", `${environment}-*`),
    queues: regional("sqs", `${environment}-*`),
  };
}
