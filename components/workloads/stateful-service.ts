import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems, isObjectName, isSize } from "../checks";
import { checkConfiguration, type ConfigurationArgs, createConfiguration } from "./configuration";
import { createNetworkPolicies } from "./network-policies";
import { checkTermination, podSpec, type Spread, type Termination } from "./pod-spec";
import { checkStatefulProbes, defaultStartSeconds, type StatefulProbes, statefulProbes } from "./probes";
import { checkReferences, instanceSelectorOf, type MicroserviceReference } from "./reference";
import { RolloutStatus } from "./rollout-status";
import { createServiceAccount, type Role } from "./service-account";
import { labelsOf, metadataOf, skipAwait, type Workload } from "./workload";

/** A program that keeps data, where it keeps it, and whom it talks to. */
export interface StatefulServiceArgs extends ConfigurationArgs {
  /** Namespace, such as a {@link WorkloadNamespace}'s. */
  readonly namespace: pulumi.Input<string>;
  /** Image by digest, `host/repository@sha256:…`, so that what was tested is what runs. */
  readonly image: pulumi.Input<string>;
  /** TCP port that the program listens on, 1024 to 65535, as it does not run as root. */
  readonly port: number;
  /** Where each pod keeps its data. */
  readonly storage: StorageRequest;
  /** Number of pods, from 0, each with data of its own. Default 1. More than one get a disruption budget. */
  readonly replicas?: number;
  /** Takes the place of the image's entry point and command. */
  readonly command?: readonly string[];
  /** Number of the user and group that the program runs as, 1 to 65535. Default 65532. */
  readonly user?: number;
  /** The microservices that this one calls. Default none; pods of the same service reach each other always. */
  readonly talksTo?: readonly MicroserviceReference[];
  /** Default: requests of 50m processor and 64Mi memory, limits of 1 processor and 256Mi. */
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  /** How it says how it is. Default: well while it takes connections. */
  readonly probes?: StatefulProbes;
  /** How a pod is told to go. Default: at once, and 60 seconds to write everything down. */
  readonly termination?: Termination;
  /** How its pods keep apart. Default: over nodes, as far as there are some. */
  readonly spread?: Spread;
  /** What it may do with the cluster's API in its namespace. Default nothing: its pods have no token then. */
  readonly roles?: readonly Role[];
}

/** Room on a disk that a pod has for itself, and that outlives it. */
export interface StorageRequest {
  /** How large, as Kubernetes writes quantities: `10Gi`. Another size later is for new pods only. */
  readonly size: string;
  /** Absolute path at which the program finds it. */
  readonly path: string;
  /** Name of the storage class. Default: the cluster's default class. */
  readonly class?: string;
}

/** Name of the port in pods and Services. */
const portName = "main";

/**
 * A program that keeps data: a StatefulSet whose pods have names and volumes that stay theirs, a Service with an address
 * that stays when pods do not, a headless one by which each pod has a name, ServiceAccount, disruption budget and network
 * policies. Its pods pass Pod Security `restricted`. Settings that cannot work throw one error that names them all.
 *
 * The claims, `data-<name>-0` and on, are never deleted with it: data goes when somebody deletes its claim.
 *
 * @example
 * const database = new StatefulService("orders-db", {
 *   namespace, image: postgresImage, port: 5432, secrets: { POSTGRES_PASSWORD: password },
 *   storage: { class: "keep", size: "5Gi", path: "/var/lib/postgresql/data" },
 *   probes: { command: ["pg_isready"] },
 * }, { provider });
 * new Microservice("orders", { namespace, image, env: { PGHOST: database.host }, talksTo: [database] }, { provider });
 */
export class StatefulService extends pulumi.ComponentResource implements MicroserviceReference {
  /** Name of its objects, and its host name in its namespace. */
  readonly serviceName: string;
  /** Its namespace. */
  readonly namespace: pulumi.Output<string>;
  /** The port that its pods and its Service listen on. */
  readonly port: number;
  /** Where others reach it: `<name>.<namespace>`, on {@link port}. */
  readonly host: pulumi.Output<string>;

  private readonly workload: Workload;

  constructor(name: string, args: StatefulServiceArgs, options: pulumi.ComponentResourceOptions) {
    checkStatefulService(name, args);
    super("slipway:workloads:StatefulService", name, {}, options);
    const { talksTo = [], roles = [], replicas = 1 } = args;

    this.serviceName = name;
    this.namespace = pulumi.output(args.namespace);
    this.port = args.port;
    this.host = pulumi.interpolate`${name}.${args.namespace}`;
    this.workload = { component: this, serviceName: name, namespace: this.namespace };

    const peers = replicas > 1 ? [this] : [];
    createNetworkPolicies(this.workload, [...talksTo, ...peers], { usesApi: roles.length > 0 });
    this.createService(name, {});
    const pods = this.createService(podsService(name), { clusterIP: "None", publishNotReadyAddresses: true });
    this.createStatefulSet(pods.metadata.name, replicas, args);
    if (replicas > 1) this.createDisruptionBudget();
    this.registerOutputs({ host: this.host });
  }

  /** Where others reach one of its pods, whoever is ready: `<name>-<index>.<name>-pods.<namespace>`. */
  podHost(index: number): pulumi.Output<string> {
    return pulumi.interpolate`${this.serviceName}-${index}.${podsService(this.serviceName)}.${this.namespace}`;
  }

  private get selector(): Record<string, string> {
    return instanceSelectorOf(this.serviceName, this.serviceName);
  }

  private createService(
    serviceName: string,
    spec: Partial<k8s.types.input.core.v1.ServiceSpec>,
  ): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      serviceName,
      {
        metadata: { ...metadataOf(this.workload, serviceName), annotations: skipAwait },
        spec: {
          selector: this.selector,
          ports: [{ name: portName, port: this.port, protocol: "TCP", targetPort: portName }],
          ...spec,
        },
      },
      { parent: this },
    );
  }

  private createStatefulSet(
    governingService: pulumi.Input<string>,
    replicas: number,
    args: StatefulServiceArgs,
  ): void {
    const { storage, probes = {}, termination, resources, spread, command, user } = args;
    const startSeconds = probes.startSeconds ?? defaultStartSeconds;
    const stopSeconds = termination?.stopSeconds ?? defaultTermination.stopSeconds;
    // A pod goes and comes again; a minute more to pull an image and to find a node.
    const deadlineSeconds = startSeconds + stopSeconds + 60;
    const configuration = createConfiguration(this.workload, args);
    const account = createServiceAccount(this.workload, args.roles ?? []);
    const spec = podSpec({
      account,
      revisionLabel: "controller-revision-hash",
      selector: this.selector,
      image: args.image,
      port: this.port,
      portName,
      configuration,
      volumeMounts: [{ name: claimName, mountPath: storage.path }],
      probes: statefulProbes(probes, portName),
      termination: { ...defaultTermination, ...termination },
      ...(command && { command: [...command] }),
      ...(resources && { resources }),
      ...(spread && { spread }),
      ...(user !== undefined && { user }),
    });
    const statefulSet = new k8s.apps.v1.StatefulSet(
      this.serviceName,
      {
        metadata: { ...metadataOf(this.workload), annotations: skipAwait },
        spec: {
          replicas,
          serviceName: governingService,
          // In order, a pod that never becomes ready would keep the next, good one from taking its place:
          // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
          podManagementPolicy: "Parallel",
          updateStrategy: { type: "RollingUpdate" },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          revisionHistoryLimit: 3,
          selector: { matchLabels: this.selector },
          template: { metadata: { labels: labelsOf(this.workload) }, spec },
          volumeClaimTemplates: [this.claim(storage)],
        },
      },
      { parent: this },
    );
    const { namespace, generation } = statefulSet.metadata;
    new RolloutStatus(
      this.serviceName,
      { kind: "StatefulSet", namespace, name: this.serviceName, generation, deadlineSeconds },
      { parent: this },
    );
  }

  private claim(storage: StorageRequest): k8s.types.input.core.v1.PersistentVolumeClaim {
    return {
      metadata: { name: claimName, labels: this.selector },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: storage.size } },
        ...(storage.class !== undefined && { storageClassName: storage.class }),
      },
    };
  }

  private createDisruptionBudget(): void {
    new k8s.policy.v1.PodDisruptionBudget(
      this.serviceName,
      {
        metadata: metadataOf(this.workload),
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

const claimName = "data";
const defaultTermination = { drainSeconds: 0, stopSeconds: 60 };

/** Name of the Service by which each pod has a name of its own. */
function podsService(name: string): string {
  return `${name}-pods`;
}

function checkStatefulService(name: string, args: StatefulServiceArgs): void {
  const { storage } = args;
  const problems = new Problems();
  problems.expectServiceName("name", name, 63 - "-pods".length);
  problems.expectWhole("replicas", args.replicas, 0, Infinity);
  problems.expectWhole("port", args.port, 1024, 65535, ", as it does not run as root");
  problems.expectWhole("user", args.user, 1, 65535, ", as root is not allowed");
  checkReferences(problems, "talksTo", args.talksTo ?? []);
  problems.expect(isSize(storage.size), "storage.size", storage.size, "give a size such as 10Gi");
  const known = storage.class === undefined || isObjectName(storage.class);
  problems.expect(known, "storage.class", storage.class, "give the name of a storage class");
  checkConfiguration(problems, args, [storage.path], true);
  checkStatefulProbes(problems, args.probes ?? {});
  checkTermination(problems, args.termination ?? {});
  problems.throwIfAny("StatefulService", name);
}
