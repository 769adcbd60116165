import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Amount } from "../checks";
import { ServiceImage } from "../images";
import { createAutoscaler } from "./autoscaling";
import { checkMicroservice, defaultReplicas, httpPort, portsOf } from "./check-microservice";
import { type Configuration, createConfiguration } from "./configuration";
import type { MicroserviceArgs } from "./microservice-args";
import { createNetworkPolicies } from "./network-policies";
import { podSpec } from "./pod-spec";
import { type PortArgs, servicePorts } from "./ports";
import { httpProbes } from "./probes";
import { defaultPort, instanceSelectorOf, type MicroserviceReference, referenceOn } from "./reference";
import { defaultDeadlineSeconds, type Rollout, strategyOf } from "./rollout";
import { RolloutStatus } from "./rollout-status";
import { type Account, createServiceAccount } from "./service-account";
import { createClaims, isForOneNode } from "./volumes";
import { labelsOf, logicalName, metadataOf, skipAwait, type Workload } from "./workload";

/**
 * A program that answers HTTP: Deployment, Service, ServiceAccount, disruption budget and network policies. Its pods
 * pass Pod Security `restricted`, and a roll-out loses no request. Settings that cannot work throw one error that
 * names them all. From outside the cluster an {@link Exposure} leads to it.
 *
 * @example
 * const catalog = new Microservice("catalog", { namespace, image: catalogImage }, { provider });
 * new Microservice("storefront", {
 *   namespace, image: storefrontImage, env: { CATALOG_URL: catalog.url }, talksTo: [catalog],
 * }, { provider });
 */
export class Microservice extends pulumi.ComponentResource implements MicroserviceReference {
  /** Name of every one of its objects, and its host name in its namespace. */
  readonly serviceName: string;
  /** Its namespace. */
  readonly namespace: pulumi.Output<string>;
  /** The port on which its pods answer HTTP. */
  readonly port: number | "none";
  /** Where other microservices reach it: `http://<name>.<namespace>`, port 80. */
  readonly url: pulumi.Output<string>;
  /** The image that it runs, by digest, also when it is built here. */
  readonly image: pulumi.Output<string>;
  /** The Service of what is on trial, and its part of the requests from outside in percent; undefined without one. */
  readonly canary:
    | {
        /** Name of its Service. */
        readonly serviceName: string;
        /** Its part of the requests from outside, in percent. */
        readonly weight: number;
      }
    | undefined;

  private readonly workload: Workload;
  private readonly ports: Readonly<Record<string, PortArgs>>;

  constructor(name: string, args: MicroserviceArgs, options: pulumi.ComponentResourceOptions) {
    checkMicroservice(name, args);
    super("slipway:workloads:Microservice", name, {}, options);
    const { serviceName = name, talksTo = [], calledBy = [], roles = [], autoscaling, rollout = {} } = args;

    this.serviceName = serviceName;
    this.namespace = pulumi.output(args.namespace);
    this.port = args.port ?? defaultPort;
    this.ports = portsOf(args);
    this.url = pulumi.interpolate`http://${serviceName}.${args.namespace}`;
    this.workload = { component: this, name, serviceName, namespace: this.namespace };

    createNetworkPolicies(this.workload, {
      talksTo,
      usesApi: roles.length > 0,
      calledBy,
      ports: this.ports,
    });
    const pods: PodParts = {
      args,
      account: createServiceAccount(this.workload, roles),
      configuration: createConfiguration(this.workload, args),
      claims: createClaims(this.workload, args.volumes ?? []),
    };
    const replicas = args.replicas ?? defaultReplicas;
    this.image = pulumi.output(this.imageOf(args));
    this.createSet(serviceName, this.image, autoscaling === undefined ? replicas : undefined, pods);
    if (autoscaling !== undefined) {
      createAutoscaler(this.workload, autoscaling);
    }
    if ((autoscaling?.max ?? replicas) > 1) {
      this.createDisruptionBudget(args.disruptionBudget ?? 1);
    }
    this.canary = rollout.canary && { serviceName: `${serviceName}-canary`, weight: rollout.canary.weight };
    if (rollout.canary !== undefined) {
      this.createSet(`${serviceName}-canary`, rollout.canary.image, rollout.canary.replicas ?? 1, pods);
    }
    this.registerOutputs({ url: this.url });
  }

  /** One of its further ports, for the `talksTo` of who calls it there: `catalog.on("metrics")`. */
  on(port: string): MicroserviceReference {
    return referenceOn(this, this.ports, port);
  }

  private imageOf({ image, build }: MicroserviceArgs): pulumi.Input<string> {
    if (build === undefined) return image ?? "";
    const imageArgs = { repository: this.serviceName, ...build };
    return new ServiceImage(logicalName(this.workload), imageArgs, { parent: this }).reference;
  }

  /** Pods of one image, and the Service that leads to them. */
  private createSet(
    instance: string,
    image: pulumi.Input<string>,
    replicas: number | undefined,
    parts: PodParts,
  ): void {
    const selector = instanceSelectorOf(this.serviceName, instance);
    const labels = labelsOf(this.workload, instance);
    const metadata = { ...metadataOf(this.workload, instance), labels };
    if (Object.keys(this.ports).length > 0) this.createService(instance, metadata, selector);
    const rollout = rolloutOf(parts.args);
    const { deadlineSeconds = defaultDeadlineSeconds } = rollout;
    const logical = logicalName(this.workload, instance);
    const deployment = new k8s.apps.v1.Deployment(
      logical,
      {
        metadata: { ...metadata, annotations: skipAwait },
        spec: {
          // Who sets it with autoscaling is the autoscaler: left out, Pulumi does not set it back.
          ...(replicas === undefined ? {} : { replicas }),
          strategy: strategyOf(rollout),
          revisionHistoryLimit: 3,
          progressDeadlineSeconds: deadlineSeconds,
          selector: { matchLabels: selector },
          template: { metadata: { labels }, spec: this.podsOf(selector, image, parts) },
        },
      },
      { parent: this },
    );
    const { namespace, generation } = deployment.metadata;
    new RolloutStatus(
      logical,
      { kind: "Deployment", namespace, name: instance, generation, deadlineSeconds },
      { parent: this },
    );
  }

  private createService(
    instance: string,
    metadata: ReturnType<typeof metadataOf>,
    selector: Record<string, string>,
  ): void {
    const { [httpPort]: http, ...others } = this.ports;
    const first = { name: httpPort, port: 80, protocol: "TCP", targetPort: httpPort };
    new k8s.core.v1.Service(
      logicalName(this.workload, instance),
      {
        metadata: { ...metadata, annotations: skipAwait },
        spec: {
          type: "ClusterIP",
          selector,
          ports: [...(http === undefined ? [] : [first]), ...servicePorts(others)],
        },
      },
      { parent: this },
    );
  }

  private podsOf(selector: Record<string, string>, image: pulumi.Input<string>, parts: PodParts) {
    const { args, account, configuration, claims } = parts;
    const { resources, spread } = args;
    // Who gets no requests need not wait for their end.
    const termination = this.port === "none" ? { drainSeconds: 0, ...args.termination } : args.termination;
    return podSpec({
      account,
      revisionLabel: "pod-template-hash",
      selector,
      image,
      ...(this.port !== "none" && { port: this.port }),
      ports: this.ports,
      program: args,
      configuration,
      ...claims,
      probes: this.port === "none" ? {} : httpProbes(args.probes ?? {}),
      ...(resources && { resources }),
      ...(termination && { termination }),
      ...(spread && { spread }),
    });
  }

  private createDisruptionBudget(maxUnavailable: Amount): void {
    new k8s.policy.v1.PodDisruptionBudget(
      logicalName(this.workload),
      {
        metadata: metadataOf(this.workload),
        spec: {
          selector: { matchLabels: instanceSelectorOf(this.serviceName, this.serviceName) },
          maxUnavailable,
          // A pod that is broken anyway does not keep its node from being drained.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      { parent: this },
    );
  }
}

/** What the pods of all images have in common. */
interface PodParts {
  readonly args: MicroserviceArgs;
  readonly account: Account;
  readonly configuration: Configuration;
  readonly claims: ReturnType<typeof createClaims>;
}

/** Two pods of different nodes cannot both have a disk of one node: the old one goes first. */
function rolloutOf({ rollout = {}, volumes = [] }: MicroserviceArgs): Rollout {
  return volumes.some(isForOneNode) ? { strategy: "recreate", ...rollout } : rollout;
}
