import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { anyPod, anywhere, egressToApi, egressToDns, podsOf, tcp } from "../workloads/network-peers";
import { restrictedContainer, restrictedPod } from "./restricted-pod";

/** Which programs, and the kinds of objects that they know. */
export interface GitOpsArgs {
  /** Images of Flux's two controllers, each with the program as its entry point. */
  readonly images: {
    /** source-controller, which fetches repositories. */
    readonly sourceController: pulumi.Input<string>;
    /** kustomize-controller, which applies what is in them. */
    readonly kustomizeController: pulumi.Input<string>;
  };
  /** All CustomResourceDefinitions of the two controllers, as they lie in `config/crd/bases` of their repositories. */
  readonly customResourceDefinitions: readonly CustomResourceDefinition[];
  /** TCP ports that Git servers answer on, wherever they are. Default 80, 443 and 3000, which is Gitea's. */
  readonly gitPorts?: readonly number[];
}

/** A CustomResourceDefinition, as its document says it. */
export interface CustomResourceDefinition {
  /** `apiextensions.k8s.io/v1`. */
  readonly apiVersion: string;
  /** `CustomResourceDefinition`. */
  readonly kind: string;
  /** With its name, `<plural>.<group>`. */
  readonly metadata: {
    /** Of the definition, such as `kustomizations.kustomize.toolkit.fluxcd.io`. */
    readonly name: string;
  };
  /** Group, names, scope and versions. */
  readonly spec: object;
}

/** Where Flux lives, as its own installation has it. */
export const fluxNamespace = "flux-system";

/** The controllers: name of the ServiceAccount, the Deployment and the pods' label. */
export const fluxControllers = { source: "source-controller", kustomize: "kustomize-controller" };

/** Where the source controller serves what it fetched. */
const artifactPort = 9090;
const healthPort = 9440;

/** The kinds without which one of the two controllers does not start. */
const neededKinds = [
  "gitrepositories.source.toolkit.fluxcd.io",
  "kustomizations.kustomize.toolkit.fluxcd.io",
];

/**
 * GitOps by Flux: a cluster that makes itself what a Git repository says. The controllers may watch their own kinds of
 * objects everywhere, and nothing else: each {@link GitOpsSource} lets them read its credentials, and act as its
 * account, in its namespace.
 *
 * @example
 * const gitops = new GitOps("gitops", { images, customResourceDefinitions }, { provider });
 * new GitOpsSource("apps", { namespace, url, credentials }, { provider, dependsOn: [gitops] });
 */
export class GitOps extends pulumi.ComponentResource {
  constructor(name: string, args: GitOpsArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:delivery:GitOps", name, {}, options);
    checkGitOps(name, args);

    const definitions = args.customResourceDefinitions.map(
      (definition) =>
        new k8s.apiextensions.v1.CustomResourceDefinition(
          `${name}-${definition.metadata.name}`,
          definition as k8s.apiextensions.v1.CustomResourceDefinitionArgs,
          { parent: this },
        ),
    );
    const namespace = this.createNamespace(name);
    const needs = { parent: this, dependsOn: definitions };
    const { gitPorts = [80, 443, 3000] } = args;
    this.createController(
      {
        name: fluxControllers.source,
        namespace,
        image: args.images.sourceController,
        arguments: [
          "--storage-path=/data",
          `--storage-adv-addr=${fluxControllers.source}.${fluxNamespace}.svc.cluster.local.`,
        ],
        rules: sourceRules,
        // It answers there once it can serve.
        readiness: { path: "/", port: artifactPort },
        ingress: [
          { from: [podsOf(fluxNamespace, { app: fluxControllers.kustomize })], ports: tcp(artifactPort) },
        ],
        egress: [egressToDns, egressToApi, { to: [anyPod, anywhere], ports: tcp(...gitPorts) }],
      },
      needs,
    );
    new k8s.core.v1.Service(
      `${name}-${fluxControllers.source}`,
      {
        // Its Deployment is waited for, and that is the same wait.
        metadata: {
          name: fluxControllers.source,
          namespace,
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          selector: { app: fluxControllers.source },
          ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: artifactPort }],
        },
      },
      { parent: this },
    );
    this.createController(
      {
        name: fluxControllers.kustomize,
        namespace,
        image: args.images.kustomizeController,
        arguments: [
          // What is applied is in the repository, by an account of the namespace that it is applied to.
          "--no-remote-bases=true",
          "--no-cross-namespace-refs=true",
          "--default-service-account=default",
          // A good commit need not wait until the bad one before it has run out of time. And it watches no Secret or
          // ConfigMap, of which it would read all that there are: they are in no Kustomization of ours.
          "--feature-gates=CancelHealthCheckOnNewRevision=true,DisableConfigWatchers=true",
        ],
        rules: kustomizeRules,
        readiness: { path: "/readyz", port: healthPort },
        ingress: [],
        egress: [
          egressToDns,
          egressToApi,
          { to: [podsOf(fluxNamespace, { app: fluxControllers.source })], ports: tcp(artifactPort) },
        ],
      },
      needs,
    );
    this.registerOutputs();
  }

  private createNamespace(name: string): pulumi.Output<string> {
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: fluxNamespace,
          labels: {
            "app.kubernetes.io/managed-by": "pulumi",
            "pod-security.kubernetes.io/enforce": "restricted",
          },
        },
      },
      { parent: this },
    );
    return namespace.metadata.name;
  }

  private createController(controller: Controller, options: pulumi.CustomResourceOptions): void {
    const { name, namespace, rules, ingress, egress } = controller;
    const labels = { app: name };
    const metadata = { name, namespace, labels };
    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: `flux-${name}`, labels }, rules },
      { parent: this },
    );
    const binding = new k8s.rbac.v1.ClusterRoleBinding(
      name,
      {
        metadata: { name: `flux-${name}`, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
      },
      { parent: this },
    );
    const policy = new k8s.networking.v1.NetworkPolicy(
      name,
      {
        metadata,
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ["Ingress", "Egress"],
          ingress: [...ingress],
          egress: [...egress],
        },
      },
      { parent: this },
    );
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: 1,
          // It elects no leader: the old one is gone before the new one starts.
          strategy: { type: "Recreate" },
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: podSpec(controller, account.metadata.name) },
        },
      },
      pulumi.mergeOptions(options, { dependsOn: [binding, policy] }),
    );
  }
}

type Rule = k8s.types.input.rbac.v1.PolicyRule;

interface Controller {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly image: pulumi.Input<string>;
  readonly arguments: readonly string[];
  /** Everywhere. */
  readonly rules: Rule[];
  readonly readiness: { readonly path: string; readonly port: number };
  readonly ingress: readonly k8s.types.input.networking.v1.NetworkPolicyIngressRule[];
  readonly egress: readonly k8s.types.input.networking.v1.NetworkPolicyEgressRule[];
}

/** What it sees it says, as events of the objects. */
const recordsEvents: Rule = {
  apiGroups: ["", "events.k8s.io"],
  resources: ["events"],
  verbs: ["create", "patch"],
};

/** A controller's rights over objects of its own group. */
function controls(group: string, ...kinds: string[]): Rule[] {
  const verbs = ["get", "list", "watch", "update", "patch"];
  return [
    { apiGroups: [group], resources: kinds, verbs },
    {
      apiGroups: [group],
      resources: kinds.flatMap((kind) => [`${kind}/status`, `${kind}/finalizers`]),
      verbs: ["get", "update", "patch"],
    },
  ];
}

const sourceGroup = "source.toolkit.fluxcd.io";
const sourceKinds = ["gitrepositories", "ocirepositories", "helmrepositories", "helmcharts", "buckets"];

/** Upstream's, less that it may read every Secret of the cluster and ask for every account's tokens. */
const sourceRules = [...controls(sourceGroup, ...sourceKinds), recordsEvents];

const kustomizeRules = [
  ...controls("kustomize.toolkit.fluxcd.io", "kustomizations"),
  {
    apiGroups: [sourceGroup],
    resources: ["gitrepositories", "ocirepositories", "buckets", "externalartifacts"],
    verbs: ["get", "list", "watch"],
  },
  recordsEvents,
];

function podSpec(controller: Controller, accountName: pulumi.Input<string>): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName: accountName,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    securityContext: restrictedPod(),
    containers: [
      {
        name: "manager",
        image: controller.image,
        imagePullPolicy: "IfNotPresent",
        args: [
          "--watch-all-namespaces=true",
          "--log-level=info",
          "--log-encoding=json",
          ...controller.arguments,
        ],
        env: [
          { name: "RUNTIME_NAMESPACE", value: controller.namespace },
          // Where what fetches things keeps what it knows.
          { name: "HOME", value: "/tmp" },
          { name: "TUF_ROOT", value: "/tmp/.sigstore" },
        ],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory: "512Mi" } },
        securityContext: restrictedContainer,
        readinessProbe: { httpGet: controller.readiness, periodSeconds: 2 },
        livenessProbe: { httpGet: { path: "/healthz", port: healthPort }, periodSeconds: 10 },
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "data", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
    ],
  };
}

function checkGitOps(name: string, { customResourceDefinitions, gitPorts = [] }: GitOpsArgs): void {
  const names = customResourceDefinitions.map(({ metadata }) => metadata.name);
  const problems = new Problems();
  for (const kind of neededKinds.filter((kind) => !names.includes(kind))) {
    const advice = "give all of config/crd/bases of both controllers";
    problems.expect(false, `${kind} in customResourceDefinitions`, undefined, advice);
  }
  for (const [index, port] of gitPorts.entries()) {
    problems.expectWhole(`gitPorts[${index}]`, port, 1, 65535);
  }
  problems.throwIfAny("GitOps", name);
}
