import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type TenantRule, tenantRules, type TenantSettings } from "./rules";

/** What lets an account out of the cage: this verb on this resource, by a role; who may do everything has it already. */
export const wayOut = { apiGroup: "slipway.dev", resource: "cage", verb: "leave" } as const;

/**
 * Keeps tenants in their namespaces: deployers, the accounts that commits are applied by, and pipelines may do what their
 * roles say, and of that nothing by which a namespace's border is crossed. They are ValidatingAdmissionPolicies, which the
 * API server decides by itself: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 *
 * A tenant is whoever is not let out by a role: `{ apiGroups: ["slipway.dev"], resources: ["cage"], verbs: ["leave"] }`,
 * which is part of `cluster-admin`, and is no part of the cluster itself.
 */
export class TenantPolicies extends pulumi.ComponentResource {
  constructor(name: string, settings: TenantSettings, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:TenantPolicies", name, {}, options);
    for (const rule of tenantRules(settings)) this.createPolicy(name, rule);
    this.registerOutputs();
  }

  private createPolicy(name: string, { name: ending, resources, validations }: TenantRule): void {
    const metadata = {
      name: `tenants-${ending}.slipway.dev`,
      labels: { "app.kubernetes.io/managed-by": "pulumi" },
    };
    const { apiGroups, resources: kinds, operations } = resources;
    const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
      `${name}-${ending}`,
      {
        metadata,
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: [...apiGroups],
                apiVersions: ["*"],
                resources: [...kinds],
                operations: [...operations],
              },
            ],
          },
          matchConditions: [...tenants],
          validations: validations.map(({ expression, message }) => ({
            expression,
            message,
            reason: "Forbidden",
          })),
        },
      },
      { parent: this },
    );
    new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
      `${name}-${ending}`,
      { metadata, spec: { policyName: policy.metadata.name, validationActions: ["Deny"] } },
      { parent: this },
    );
  }
}

/** Who is a tenant. */
const tenants = [
  {
    // Controllers of the cluster make what somebody else was allowed to ask for.
    name: "is-no-part-of-the-cluster",
    expression:
      "!request.userInfo.username.startsWith('system:kube-') && " +
      "!request.userInfo.groups.exists(group, group in ['system:nodes', 'system:serviceaccounts:kube-system'])",
  },
  {
    name: "is-not-let-out",
    expression: `!authorizer.group('${wayOut.apiGroup}').resource('${wayOut.resource}').check('${wayOut.verb}').allowed()`,
  },
];
