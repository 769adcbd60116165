import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checkMicroservice } from "./check-microservice";
import { anywhere, egressToDns, podsOf } from "./network-policies";
import { podSpec, type ProbePaths } from "./pod-spec";
import { defaultPort, type MicroserviceReference, selectorOf } from "./reference";

/** A program, and whom it talks to. */
export interface MicroserviceArgs {
  /** Namespace, such as a {@link WorkloadNamespace}'s. */
  readonly namespace: pulumi.Input<string>;
  /** Image by digest, `host/repository@sha256:…`, so that what was tested is what runs. */
  readonly image: pulumi.Input<string>;
  /** Number of pods, from 0. Default 2. More than one get a disruption budget: one at most is away at a time. */
  readonly replicas?: number;
  /** TCP port that the program listens on, 1024 to 65535, as it does not run as root. Default 8080. */
  readonly port?: number;
  /** Environment variables by name. `PORT`, `POD_NAME` and `NODE_NAME` are there always. Default none. */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * The microservices that this one calls, each a {@link Microservice} or, when another stack has it, a
   * {@link MicroserviceReference}. Only they accept its connections, and it can open no others: the policies of both
   * sides follow from this list. Default none.
   */
  readonly talksTo?: readonly MicroserviceReference[];
  /** Port of every node on which it answers from outside the cluster, 30000 to 32767. Default: inside only. */
  readonly nodePort?: number;
  /** Default: requests of 50m processor and 64Mi memory, limits of 1 processor and 256Mi. */
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  /** Where it says how it is. */
  readonly probes?: ProbePaths;
}

/**
 * A program that answers HTTP: Deployment, Service, ServiceAccount, disruption budget and network policies. Its pods
 * pass Pod Security `restricted`, and a roll-out loses no request. Settings out of their range throw one error that
 * names them all.
 *
 * @example
 * const catalog = new Microservice("catalog", { namespace, image: catalogImage }, { provider });
 * new Microservice("storefront", {
 *   namespace, image: storefrontImage, env: { CATALOG_URL: catalog.url }, talksTo: [catalog], nodePort: 30080,
 * }, { provider });
 */
export class Microservice extends pulumi.ComponentResource implements MicroserviceReference {
  /** Name of every one of its objects, and its host name in its namespace. */
  readonly serviceName: string;
  /** Its namespace. */
  readonly namespace: pulumi.Output<string>;
  /** The port that its pods listen on. */
  readonly port: number;
  /** Where other microservices reach it: `http://<name>.<namespace>`, port 80. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: MicroserviceArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:workloads:Microservice", name, {}, options);
    const { replicas = 2, port = defaultPort, talksTo = [], nodePort } = args;
    checkMicroservice({ name, replicas, port, nodePort, talksTo });

    this.serviceName = name;
    this.namespace = pulumi.output(args.namespace);
    this.port = port;
    this.url = pulumi.interpolate`http://${name}.${args.namespace}`;

    this.createPolicy(nodePort !== undefined, talksTo);
    for (const callee of talksTo) {
      this.letInto(callee);
    }
    this.createService(nodePort);
    this.createDeployment(replicas, args);
    if (replicas > 1) {
      this.createDisruptionBudget();
    }
    this.registerOutputs({ url: this.url });
  }

  private get selector(): Record<string, string> {
    return selectorOf(this.serviceName);
  }

  private get metadata() {
    return { name: this.serviceName, namespace: this.namespace, labels: this.labels };
  }

  private get labels() {
    return {
      ...this.selector,
      "app.kubernetes.io/part-of": this.namespace,
      "app.kubernetes.io/managed-by": "pulumi",
    };
  }

  /** Its own side: in from outside if it is exposed, out to DNS and those that it talks to. */
  private createPolicy(exposed: boolean, talksTo: readonly MicroserviceReference[]): void {
    const toCallees = talksTo.map((callee) => ({
      to: [podsOf(callee.namespace, selectorOf(callee.serviceName))],
      ports: [{ port: callee.port ?? defaultPort, protocol: "TCP" }],
    }));
    new k8s.networking.v1.NetworkPolicy(
      this.serviceName,
      {
        metadata: this.metadata,
        spec: {
          podSelector: { matchLabels: this.selector },
          policyTypes: ["Ingress", "Egress"],
          // From anywhere: a request that comes through a NodePort bears the address of a node or of whoever sent it.
          ...(exposed
            ? { ingress: [{ from: [anywhere], ports: [{ port: this.port, protocol: "TCP" }] }] }
            : {}),
          egress: [egressToDns, ...toCallees],
        },
      },
      { parent: this },
    );
  }

  /** The other side, made here too: a microservice need not know who will call it. Policies add up. */
  private letInto(callee: MicroserviceReference): void {
    const edge = `${this.serviceName}-to-${callee.serviceName}`;
    new k8s.networking.v1.NetworkPolicy(
      edge,
      {
        metadata: { name: edge, namespace: callee.namespace, labels: this.labels },
        spec: {
          podSelector: { matchLabels: selectorOf(callee.serviceName) },
          policyTypes: ["Ingress"],
          ingress: [
            {
              from: [podsOf(this.namespace, this.selector)],
              ports: [{ port: callee.port ?? defaultPort, protocol: "TCP" }],
            },
          ],
        },
      },
      { parent: this },
    );
  }

  private createService(nodePort: number | undefined): void {
    new k8s.core.v1.Service(
      this.serviceName,
      {
        // Its Deployment is waited for, and that is the same wait.
        metadata: { ...this.metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          type: nodePort === undefined ? "ClusterIP" : "NodePort",
          selector: this.selector,
          ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: "http", nodePort }],
        },
      },
      { parent: this },
    );
  }

  private createDeployment(replicas: number, args: MicroserviceArgs): void {
    const account = new k8s.core.v1.ServiceAccount(
      this.serviceName,
      { metadata: this.metadata, automountServiceAccountToken: false },
      { parent: this },
    );
    new k8s.apps.v1.Deployment(
      this.serviceName,
      {
        metadata: this.metadata,
        spec: {
          replicas,
          // A new pod is ready before an old one goes.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          revisionHistoryLimit: 3,
          progressDeadlineSeconds: 180,
          selector: { matchLabels: this.selector },
          template: {
            metadata: { labels: this.labels },
            spec: podSpec({
              accountName: account.metadata.name,
              selector: this.selector,
              image: args.image,
              port: this.port,
              env: args.env ?? {},
              resources: args.resources,
              probes: args.probes,
            }),
          },
        },
      },
      { parent: this },
    );
  }

  private createDisruptionBudget(): void {
    new k8s.policy.v1.PodDisruptionBudget(
      this.serviceName,
      {
        metadata: this.metadata,
        spec: {
          selector: { matchLabels: this.selector },
          maxUnavailable: 1,
          // A pod that is broken anyway does not keep its node from being drained.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      { parent: this },
    );
  }
}
