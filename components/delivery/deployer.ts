import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { checkTargets } from "./checks";
import { deployRules, grant } from "./deploy-rights";

/** Where a pipeline may deploy. */
export interface DeployerArgs {
  /**
   * The namespaces that it may deploy into, each by its name, so that the roles wait for the namespaces:
   * `{ shop: shop.namespaceName }`. At least one; none of the cluster's own.
   */
  readonly namespaces: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Who deploys from outside, such as a pipeline: a ServiceAccount in a namespace of its own, and in each namespace of
 * workloads a Role with what deploying takes. It has no password and no lasting token: {@link deployerKubeconfig} asks
 * for one that ends by itself.
 *
 * @example
 * const shop = new WorkloadNamespace("shop", { provider });
 * new Deployer("deployer", { namespaces: { shop: shop.namespaceName } }, { provider });
 */
export class Deployer extends pulumi.ComponentResource {
  /** Name of the account, and of its own namespace: the component's own name. */
  readonly accountName: string;

  constructor(name: string, args: DeployerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:delivery:Deployer", name, {}, options);
    checkDeployer(name, args);
    const child = { parent: this };

    this.accountName = name;
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name,
          // No pod ever runs here, and the account's own rights end at its namespace's border.
          labels: { ...managed, "pod-security.kubernetes.io/enforce": "restricted" },
        },
      },
      child,
    );
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: { name, namespace: namespace.metadata.name, labels: managed },
        automountServiceAccountToken: false,
      },
      child,
    );
    for (const [target, targetNamespace] of Object.entries(args.namespaces)) {
      const { name: accountName, namespace: ownNamespace } = account.metadata;
      grant(
        `${name}-${target}`,
        {
          account: { name: accountName, namespace: ownNamespace },
          namespace: targetNamespace,
          roleName: name,
          rules: deployRules,
        },
        child,
      );
    }
    this.registerOutputs();
  }
}

const managed = { "app.kubernetes.io/managed-by": "pulumi" };

function checkDeployer(name: string, { namespaces }: DeployerArgs): void {
  const problems = new Problems();
  problems.expectServiceName("name", name);
  checkTargets(problems, "namespaces", Object.keys(namespaces));
  problems.throwIfAny("Deployer", name);
}
