/** What tenants may do that is refused by default. */
export interface TenantSettings {
  /** Whether they may make Services of type LoadBalancer. Default false. */
  readonly loadBalancers?: boolean;
  /** Annotations of Ingress objects that they may set, beside {@link usualAnnotations}, each by its whole name. Default none. */
  readonly ingressAnnotations?: readonly string[];
}

/** One policy: what it looks at, and what has to be true of it. */
export interface TenantRule {
  /** What its name ends with. */
  readonly name: string;
  /** Of admission: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#rules */
  readonly resources: {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  };
  readonly validations: readonly Validation[];
}

/** https://kubernetes.io/docs/reference/using-api/cel/ */
interface Validation {
  readonly expression: string;
  /** What somebody is told who is refused. */
  readonly message: string;
}

/**
 * Annotations that any Ingress may have: what tools keep in them, and how requests are shared between Services of the same
 * namespace. None of them reaches a file, another host, or code.
 */
export const usualAnnotations: readonly string[] = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "meta.helm.sh/release-name",
  "meta.helm.sh/release-namespace",
  "pulumi.com/skipAwait",
  "zalando.org/backend-weights",
];

/** Annotation of a namespace: hosts that its tenants may have requests of, with commas between them. Default: any. */
export const hostsAnnotation = "slipway.dev/ingress-hosts";

const made = ["CREATE", "UPDATE"] as const;

/** No annotation, or each rule names a host of its list: one that names none takes every host's requests. */
const ofOwnHosts =
  `!has(namespaceObject.metadata.annotations) || !('${hostsAnnotation}' in namespaceObject.metadata.annotations) || ` +
  "(!has(object.spec.defaultBackend) && has(object.spec.rules) && object.spec.rules.all(rule, has(rule.host) && " +
  `rule.host in namespaceObject.metadata.annotations['${hostsAnnotation}'].split(',')))`;

/** A Service that was there before keeps what it has: only who takes something new is refused. */
const unlessKept = (field: string): string =>
  `oldObject != null && has(oldObject.spec.${field}) && oldObject.spec.${field} == object.spec.${field}`;

const services = (mayBalance: boolean): TenantRule => ({
  name: "services",
  resources: { apiGroups: [""], resources: ["services"], operations: made },
  validations: [
    {
      expression: "!has(object.spec.externalIPs) || object.spec.externalIPs.size() == 0",
      message: "externalIPs take packets of any address, also of the API and the registry: leave them out",
    },
    {
      expression: `object.spec.type != 'ExternalName' || (${unlessKept("externalName")})`,
      message: "an ExternalName makes others reach a host of its choice: leave it out",
    },
    ...(mayBalance
      ? []
      : [
          {
            expression: `object.spec.type != 'LoadBalancer' || (${unlessKept("type")})`,
            message:
              "a LoadBalancer is open to all the world: the setting slipway:tenants.loadBalancers allows them",
          },
        ]),
  ],
});

const secrets: TenantRule = {
  name: "tokens",
  resources: { apiGroups: [""], resources: ["secrets"], operations: ["CREATE"] },
  validations: [
    {
      expression: "!has(object.type) || object.type != 'kubernetes.io/service-account-token'",
      message: "a Secret of this type is filled with a token that never ends: ask for one that does",
    },
  ],
};

const ingresses = (more: readonly string[]): TenantRule => {
  const allowed = JSON.stringify([...usualAnnotations, ...more]);
  return {
    name: "ingresses",
    resources: { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], operations: made },
    validations: [
      {
        expression: `!has(object.metadata.annotations) || object.metadata.annotations.all(name, name in ${allowed})`,
        message: `an annotation may tell the ingress what it runs and whom it asks: of these only ${[...usualAnnotations, ...more].join(", ")} are allowed, and slipway:tenants.ingressAnnotations allows more`,
      },
      {
        expression: ofOwnHosts,
        message: `its hosts have to be among those that the namespace's annotation ${hostsAnnotation} names`,
      },
    ],
  };
};

/** Policies add up, so that a tenant may make its own; the administrator's stay as they are. */
const networkPolicies: TenantRule = {
  name: "network-policies",
  resources: {
    apiGroups: ["networking.k8s.io"],
    resources: ["networkpolicies"],
    operations: ["UPDATE", "DELETE"],
  },
  validations: [
    {
      expression:
        "!has(oldObject.metadata.labels) || !('app.kubernetes.io/managed-by' in oldObject.metadata.labels) || " +
        "oldObject.metadata.labels['app.kubernetes.io/managed-by'] != 'pulumi'",
      message: "this network policy is the administrator's",
    },
  ],
};

/** Pod Security refuses the pods; this refuses what would make them, and says so to who makes it. */
const hostPaths = (apiGroup: string, resources: readonly string[], template: string): TenantRule => ({
  name: `host-paths-${apiGroup || "core"}-${resources[0] ?? ""}`,
  resources: { apiGroups: [apiGroup], resources, operations: made },
  validations: [
    {
      expression: `!has(object.${template}.volumes) || object.${template}.volumes.all(volume, !has(volume.hostPath))`,
      message: "a hostPath is a folder of the machine, with what all of its pods have: use a claim",
    },
  ],
});

/** What tenants are kept from. */
export function tenantRules({
  loadBalancers = false,
  ingressAnnotations = [],
}: TenantSettings): TenantRule[] {
  return [
    services(loadBalancers),
    secrets,
    ingresses(ingressAnnotations),
    networkPolicies,
    hostPaths("apps", ["deployments", "statefulsets", "daemonsets"], "spec.template.spec"),
    hostPaths("batch", ["jobs"], "spec.template.spec"),
    hostPaths("batch", ["cronjobs"], "spec.jobTemplate.spec.template.spec"),
  ];
}
