import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { checkBranch, checkUrl } from "./checks";
import { deployRules, grant } from "./deploy-rights";
import { fluxControllers, fluxNamespace } from "./gitops";

/** What Git is asked for, and where it goes. */
export interface GitOpsSourceArgs {
  /** Namespace that it deploys into, where its own objects are, too. */
  readonly namespace: pulumi.Input<string>;
  /** URL of the repository as the cluster reaches it: `http://` or `https://`, without credentials. */
  readonly url: pulumi.Input<string>;
  /** Default `main`. */
  readonly branch?: string;
  /** Folder of the repository with the manifests, or with a `kustomization.yaml`. Default `./`, all of it. */
  readonly path?: string;
  /** How often the repository is looked at, in seconds, from 5. Default 60. */
  readonly intervalSeconds?: number;
  /**
   * How long a commit may take to become healthy, in seconds, from 10. Default 180. After that it has failed: its old
   * pods go on, and the Kustomization says why.
   */
  readonly timeoutSeconds?: number;
  /** Whether objects that are no longer in the repository are deleted. Default true. */
  readonly prune?: boolean;
  /** A user of the Git server that may read the repository, and a password or token. Default: it asks for none. */
  readonly credentials?: {
    /** Name of the user. */
    readonly username: pulumi.Input<string>;
    /** Kept as a secret. */
    readonly password: pulumi.Input<string>;
  };
}

/**
 * A folder of a Git repository that the cluster deploys by itself: each commit is applied, by an account that may do in
 * its namespace what deploying takes, and nowhere anything. {@link GitOps}, or Flux in `flux-system`, does the work.
 *
 * How it goes is in the conditions and events of the Kustomization of its name:
 * `kubectl -n <namespace> get kustomization <name>`.
 *
 * @example
 * new GitOpsSource("apps", { namespace: apps.namespaceName, url: "https://git.example/apps.git" }, { provider });
 */
export class GitOpsSource extends pulumi.ComponentResource {
  constructor(name: string, args: GitOpsSourceArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:delivery:GitOpsSource", name, {}, options);
    checkGitOpsSource(name, args);
    const metadata = {
      name,
      namespace: args.namespace,
      labels: { "app.kubernetes.io/managed-by": "pulumi" },
    };

    const { account, rights } = this.createAccount(name, args.namespace, metadata);
    const secret = args.credentials && this.createCredentials(name, args.credentials, metadata);
    const { branch = "main", intervalSeconds = 60, timeoutSeconds = 180 } = args;
    const repository = new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata,
        spec: {
          url: args.url,
          interval: `${intervalSeconds}s`,
          timeout: "30s",
          ref: { branch },
          secretRef: secret?.ref,
        },
      },
      // A controller that is refused what it needs looks again late.
      { parent: this, dependsOn: secret ? [secret.right] : [] },
    );
    new k8s.apiextensions.CustomResource(
      `${name}-kustomization`,
      {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata,
        spec: {
          sourceRef: { kind: "GitRepository", name: repository.metadata.name },
          path: args.path ?? "./",
          prune: args.prune ?? true,
          // A namespace that a manifest names itself is overruled: this one is where the account has rights.
          targetNamespace: args.namespace,
          serviceAccountName: account,
          // Healthy is part of applied.
          wait: true,
          timeout: `${timeoutSeconds}s`,
          // A commit is applied at once; this is how soon what somebody changed by hand is put right.
          interval: "5m0s",
          retryInterval: `${Math.max(intervalSeconds, 30)}s`,
        },
      },
      { parent: this, dependsOn: rights },
    );
    this.registerOutputs();
  }

  /** Who applies: in this namespace only, and only the controller can be it. */
  private createAccount(
    name: string,
    namespace: pulumi.Input<string>,
    metadata: k8s.types.input.meta.v1.ObjectMeta,
  ): { readonly account: pulumi.Output<string>; readonly rights: pulumi.Resource[] } {
    const child = { parent: this };
    const account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata: { ...metadata, name: `gitops-${name}` }, automountServiceAccountToken: false },
      child,
    );
    const accountName = account.metadata.name;
    const deploys = grant(
      name,
      {
        account: { name: accountName, namespace },
        namespace,
        roleName: `gitops-${name}`,
        rules: deployRules,
      },
      child,
    );
    const impersonates = grant(
      `${name}-impersonation`,
      {
        account: { name: fluxControllers.kustomize, namespace: fluxNamespace },
        namespace,
        roleName: `gitops-${name}-impersonation`,
        rules: [
          {
            apiGroups: [""],
            resources: ["serviceaccounts"],
            resourceNames: [accountName],
            verbs: ["get", "impersonate"],
          },
        ],
      },
      child,
    );
    return { account: accountName, rights: [deploys, impersonates] };
  }

  /** The Secret that Flux reads, and its right to read this one. */
  private createCredentials(
    name: string,
    { username, password }: NonNullable<GitOpsSourceArgs["credentials"]>,
    metadata: k8s.types.input.meta.v1.ObjectMeta,
  ): { readonly ref: { readonly name: pulumi.Output<string> }; readonly right: pulumi.Resource } {
    const child = { parent: this };
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { ...metadata, name: `gitops-${name}` },
        stringData: { username, password: pulumi.secret(password) },
      },
      { ...child, additionalSecretOutputs: ["data", "stringData"] },
    );
    const right = grant(
      `${name}-credentials`,
      {
        account: { name: fluxControllers.source, namespace: fluxNamespace },
        namespace: secret.metadata.namespace,
        roleName: `gitops-${name}-credentials`,
        rules: [
          { apiGroups: [""], resources: ["secrets"], resourceNames: [secret.metadata.name], verbs: ["get"] },
        ],
      },
      child,
    );
    return { ref: { name: secret.metadata.name }, right };
  }
}

function checkGitOpsSource(name: string, args: GitOpsSourceArgs): void {
  const { url, branch = "main", path = "./", intervalSeconds = 60, timeoutSeconds = 180 } = args;
  const problems = new Problems();
  // With "gitops-" and "-impersonation" it is a role's name.
  problems.expectServiceName("name", name, 42);
  checkUrl(problems, "url", url);
  checkBranch(problems, branch);
  problems.expectInside("path", path, "a folder inside the repository, such as ./staging");
  problems.expectWhole("intervalSeconds", intervalSeconds, 5, 86_400);
  problems.expectWhole("timeoutSeconds", timeoutSeconds, 10, 3600);
  problems.throwIfAny("GitOpsSource", name);
}
