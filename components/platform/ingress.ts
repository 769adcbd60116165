import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { bindClusterRole } from "./cluster-role-binding";
import { ingressPod, ingressPorts } from "./ingress-pod";
import type { ProgramVersion } from "./pod-image";

/** Which Skipper, and where it answers. */
export interface IngressArgs extends IngressSettings {
  /** Skipper's version without a leading `v`, or `bundled`. */
  readonly version: ProgramVersion;
  /** TCP port that the API servers listen on. Default 6443. */
  readonly apiPort?: pulumi.Input<number>;
}

/** Where the ingress answers, and by which certificate it is known. */
export interface IngressSettings {
  /** Ports of every node, 30000 to 32767. The one for HTTPS is of use with a `certificate` only. */
  readonly nodePorts: {
    /** For HTTP, 30000 to 32767. */
    readonly http: number;
    /** For HTTPS, 30000 to 32767. */
    readonly https: number;
  };
  /** For HTTPS, in PEM: the certificate, and those above it if there are some, and its key. Default: HTTP only. */
  readonly certificate?: {
    /** The certificate and, if need be, those that lead to its authority. PEM. */
    readonly certificatePem: pulumi.Input<string>;
    /** Its key. PEM, kept as a secret. */
    readonly privateKeyPem: pulumi.Input<string>;
  };
  /** Number of its pods, from 1. Default 2, on two nodes where there are two. */
  readonly replicas?: number;
  /** A load balancer that the cluster's cloud makes for it. Default: none, who asks comes by the nodes' ports. */
  readonly loadBalancer?: {
    /** What the cloud controller manager is told about it: the Service's annotations. */
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** `Exposure` in components/workloads lets the pods of this namespace and with these labels in. */
const namespaceName = "ingress";
const labels = { "app.kubernetes.io/name": "skipper" };

/**
 * HTTP from outside to Services by Ingress objects, with Skipper: IngressClass `skipper`, which is the default.
 * https://opensource.zalando.com/skipper/kubernetes/ingress-controller/
 *
 * All hosts are served with one certificate that it is given. Certificates of their own for Ingress objects would take
 * the right to read every Secret of the cluster.
 */
export class Ingress extends pulumi.ComponentResource {
  /** Name of the load balancer, known when it is there. Undefined without one. */
  readonly host: pulumi.Output<string> | undefined;

  constructor(name: string, args: IngressArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:Ingress", name, {}, options);
    const { nodePorts, certificate, replicas = 2, loadBalancer } = args;
    const child = { parent: this };

    const namespace = this.createNamespace(name);
    const metadata = { name: "skipper", namespace, labels };
    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, child);
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: "skipper-ingress", labels }, rules: readsRoutes },
      child,
    );
    const grant = bindClusterRole(
      name,
      { role: role.metadata.name, account, bindingName: "skipper-ingress" },
      child,
    );
    new k8s.networking.v1.IngressClass(
      name,
      {
        metadata: {
          name: "skipper",
          labels,
          annotations: { "ingressclass.kubernetes.io/is-default-class": "true" },
        },
        spec: { controller: "zalando.org/skipper" },
      },
      child,
    );
    new k8s.networking.v1.NetworkPolicy(name, { metadata, spec: reach(args.apiPort ?? 6443) }, child);
    // Without a load balancer its Deployment is waited for, and that is the same wait.
    const annotations = loadBalancer?.annotations ?? { "pulumi.com/skipAwait": "true" };
    const service = new k8s.core.v1.Service(
      name,
      {
        metadata: { ...metadata, annotations },
        spec: {
          type: loadBalancer ? "LoadBalancer" : "NodePort",
          selector: labels,
          ports: servicePorts(nodePorts, certificate !== undefined),
        },
      },
      child,
    );
    this.host =
      loadBalancer &&
      service.status.apply(({ loadBalancer: made }) => {
        const [first] = made.ingress;
        return first?.hostname ?? first?.ip ?? "";
      });
    if (replicas > 1) {
      new k8s.policy.v1.PodDisruptionBudget(
        name,
        {
          metadata,
          spec: {
            selector: { matchLabels: labels },
            maxUnavailable: 1,
            unhealthyPodEvictionPolicy: "AlwaysAllow",
          },
        },
        child,
      );
    }
    const secretName = certificate && this.createSecret(name, namespace, certificate);
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          revisionHistoryLimit: 3,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: ingressPod({
              version: args.version,
              accountName: account.metadata.name,
              secretName,
              labels,
            }),
          },
        },
      },
      { parent: this, dependsOn: [grant] },
    );
    this.registerOutputs();
  }

  private createNamespace(name: string): pulumi.Output<string> {
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: namespaceName,
          labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
        },
      },
      { parent: this },
    );
    return namespace.metadata.name;
  }

  /** Another certificate is another Secret, by whose name the pods change: Skipper reads it when it starts. */
  private createSecret(
    name: string,
    namespace: pulumi.Input<string>,
    { certificatePem, privateKeyPem }: NonNullable<IngressSettings["certificate"]>,
  ): pulumi.Output<string> {
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { namespace, labels },
        type: "kubernetes.io/tls",
        immutable: true,
        stringData: { "tls.crt": certificatePem, "tls.key": pulumi.secret(privateKeyPem) },
      },
      { parent: this },
    );
    return secret.metadata.name;
  }
}

/** Upstream's list without what it does not read here: pods, Endpoints, and routes of its own kind. */
const readsRoutes: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["get", "list"] },
  { apiGroups: [""], resources: ["services"], verbs: ["get", "list"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list"] },
];

/**
 * Requests from anywhere, and nothing else: its metrics are for itself. It asks the API what there is, and the pods that
 * somebody routed to: none of the cluster's own, no machine, and nothing outside, whatever a route says.
 */
const reach = (apiPort: pulumi.Input<number>): k8s.types.input.networking.v1.NetworkPolicySpec => ({
  podSelector: { matchLabels: labels },
  policyTypes: ["Ingress", "Egress"],
  ingress: [{ ports: Object.values(ingressPorts).map((port) => ({ port, protocol: "TCP" })) }],
  egress: [
    // Policies see the addresses behind the Service `kubernetes`, which are machines' and nobody here knows.
    { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: apiPort, protocol: "TCP" }] },
    {
      to: [
        {
          namespaceSelector: {
            matchExpressions: [
              {
                key: "kubernetes.io/metadata.name",
                operator: "NotIn",
                values: ["kube-system", "local-path-storage", namespaceName],
              },
            ],
          },
        },
      ],
    },
  ],
});

function servicePorts(nodePorts: IngressSettings["nodePorts"], withTls: boolean) {
  const names = withTls ? (["http", "https"] as const) : (["http"] as const);
  return names.map((name) => ({
    name,
    port: { http: 80, https: 443 }[name],
    protocol: "TCP",
    targetPort: name,
    nodePort: nodePorts[name],
  }));
}
