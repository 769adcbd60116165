import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../../../checks";
import type { Belonging } from "../../belonging";
import { type AwsPlace, policyDocument, type Statement } from "../policy";
import { belongingTags } from "../tags";
import { deployStatements } from "./deploy-rights";
import { readStatements } from "./read-rights";
import { readStateStatements, type StatePlace, writeStateStatements } from "./state-rights";

/** Which repository's workflows may do what. */
export interface GitHubAccessArgs extends Belonging, AwsPlace {
  /** As in `organization/repository`. */
  readonly repository: string;
  /** Branches whose workflows may preview, beside pull requests. Default none. */
  readonly previewBranches?: readonly string[];
  /**
   * Whose workflows may deploy: those of a GitHub environment, whose reviewers and branches GitHub asks before, or those
   * of one branch.
   */
  readonly deployFrom:
    | {
        /** Name of an environment of the repository, which can ask for an approval. */
        readonly environment: string;
      }
    | {
        /** Name of a branch. */
        readonly branch: string;
      };
  /** ARN of the account's provider for GitHub, of which there can be one only. Default: it is made. */
  readonly providerArn?: pulumi.Input<string>;
  /** Where the state is. */
  readonly state: StatePlace;
  /** How long a workflow has its rights, in seconds, 3600 to 43200. Default 3600. */
  readonly maxSessionSeconds?: number;
  /**
   * ARN of a policy that every role has to have as its permissions boundary. Without it a deployer can make a role with
   * any right, as of somebody who may make roles. Default none.
   */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
}

const issuer = "token.actions.githubusercontent.com";
const audience = "sts.amazonaws.com";

/**
 * What GitHub's workflows may do in AWS, without a key that lies anywhere: a role for previews that reads, and one that
 * deploys what is the environment's.
 *
 * Who previews can decrypt the state, and with it the cluster's credentials: that is what a preview needs. A workflow of a
 * pull request runs the pull request's code, so let nobody open one from outside who should not see them; GitHub gives
 * forks' workflows no token. Nobody reads Secrets Manager's values for a preview, so `pulumi preview --refresh`, which
 * asks for them, needs the other role.
 *
 * The deployer changes neither of the two roles nor the bucket for backups, and does not end the environment's key: that
 * is for an administrator, as the first `up` and the destroy are. Settings that cannot work throw one error that names them all.
 */
export class GitHubAccess extends pulumi.ComponentResource {
  /** For `role-to-assume` in workflows of pull requests. */
  readonly previewRoleArn: pulumi.Output<string>;
  /** For `role-to-assume` in the workflow that deploys. */
  readonly deployRoleArn: pulumi.Output<string>;

  constructor(name: string, args: GitHubAccessArgs, options: pulumi.ComponentResourceOptions) {
    checkGitHubAccess(name, args);
    super("slipway:machines:AwsGitHubAccess", name, {}, options);

    const provider = args.providerArn ?? this.provider(name, args);
    const preview = this.role(`${name}-preview`, args, trust(provider, previewSubjects(args)));
    const deploy = this.role(`${name}-deploy`, args, trust(provider, [deploySubject(args)]));
    this.rights(`${name}-preview`, preview, args, [
      ...readStatements(args),
      ...readStateStatements(args.state),
    ]);
    this.rights(`${name}-deploy-reads`, deploy, args, [
      // What a preview never reads a deployer compares with what he writes.
      ...readStatements(args).filter(({ Effect }) => Effect !== "Deny"),
      ...writeStateStatements(args.state),
    ]);
    const { roles = [], ...others } = deployStatements(args);
    for (const [part, statements] of Object.entries({
      ...others,
      roles: [...roles, notItself(name, args)],
    })) {
      this.rights(`${name}-deploy-${part}`, deploy, args, statements);
    }
    this.previewRoleArn = preview.arn;
    this.deployRoleArn = deploy.arn;
    this.registerOutputs({ previewRoleArn: this.previewRoleArn, deployRoleArn: this.deployRoleArn });
  }

  private provider(name: string, args: GitHubAccessArgs): pulumi.Output<string> {
    const made = new aws.iam.OpenIdConnectProvider(
      name,
      { url: `https://${issuer}`, clientIdLists: [audience], tags: belongingTags(args, name) },
      { parent: this },
    );
    return made.arn;
  }

  private role(name: string, args: GitHubAccessArgs, assumeRolePolicy: pulumi.Output<string>): aws.iam.Role {
    return new aws.iam.Role(
      name,
      {
        description: `Workflows of ${args.repository} in GitHub, for the environment ${args.environment}`,
        assumeRolePolicy,
        maxSessionDuration: args.maxSessionSeconds ?? 3600,
        ...(args.permissionsBoundaryArn && { permissionsBoundary: args.permissionsBoundaryArn }),
        tags: belongingTags(args, name),
      },
      { parent: this },
    );
  }

  private rights(
    name: string,
    role: aws.iam.Role,
    belonging: Belonging,
    statements: readonly Statement[],
  ): void {
    const policy = new aws.iam.Policy(
      name,
      { policy: policyDocument(statements), tags: belongingTags(belonging, name) },
      { parent: this },
    );
    new aws.iam.RolePolicyAttachment(name, { role: role.name, policyArn: policy.arn }, { parent: this });
  }
}

/** Who deploys would give himself any right otherwise. */
function notItself(name: string, { partition, accountId }: AwsPlace): Statement {
  const arn = (rest: string) => pulumi.interpolate`arn:${partition}:iam::${accountId}:${rest}`;
  return {
    // The two roles here and their policies begin with the component's name.
    Sid: "NotItself",
    Effect: "Deny",
    Action: [
      "iam:AttachRolePolicy",
      "iam:CreatePolicyVersion",
      "iam:DeletePolicy",
      "iam:DeletePolicyVersion",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:PutRolePolicy",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole",
    ],
    Resource: [arn(`role/${name}-*`), arn(`policy/${name}-*`)],
  };
}

/** https://docs.github.com/en/actions/reference/security/oidc */
function previewSubjects({ repository, previewBranches = [] }: GitHubAccessArgs): string[] {
  const branches = previewBranches.map((branch) => `repo:${repository}:ref:refs/heads/${branch}`);
  return [`repo:${repository}:pull_request`, ...branches];
}

function deploySubject({ repository, deployFrom }: GitHubAccessArgs): string {
  return "environment" in deployFrom
    ? `repo:${repository}:environment:${deployFrom.environment}`
    : `repo:${repository}:ref:refs/heads/${deployFrom.branch}`;
}

function trust(provider: pulumi.Input<string>, subjects: readonly string[]): pulumi.Output<string> {
  return policyDocument([
    {
      // Tokens that GitHub made for AWS, and for these workflows: equal, so that no star lets others in.
      Sid: "WorkflowsOfTheRepository",
      Principal: { Federated: provider },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subjects } },
    },
  ]);
}

function checkGitHubAccess(name: string, args: GitHubAccessArgs): void {
  const problems = new Problems();
  const isRepository = /^[\w.-]+\/[\w.-]+$/.test(args.repository);
  problems.expect(isRepository, "repository", args.repository, 'give it as "organization/repository"');
  for (const [index, branch] of (args.previewBranches ?? []).entries()) {
    expectName(problems, `previewBranches[${index}]`, branch);
  }
  const [[kind, from] = []] = Object.entries(args.deployFrom);
  expectName(problems, `deployFrom.${kind ?? "branch"}`, from ?? "");
  problems.expectWhole("maxSessionSeconds", args.maxSessionSeconds, 3600, 43_200);
  problems.throwIfAny("the access for GitHub", name);
}

function expectName(problems: Problems, setting: string, value: string): void {
  problems.expect(/^[^\s*?]+$/.test(value), setting, value, 'give one name, without spaces, "*" and "?"');
}
