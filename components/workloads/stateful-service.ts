import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { checkConfiguration, type ConfigurationArgs, createConfiguration } from "./configuration";
import { type Caller, checkCallers, createNetworkPolicies } from "./network-policies";
import { checkTermination, podSpec, type Spread, type Termination } from "./pod-spec";
import { checkPorts, type PortArgs, servicePorts } from "./ports";
import { checkStatefulProbes, defaultStartSeconds, type StatefulProbes, statefulProbes } from "./probes";
import { checkProgram, mountedPaths, type ProgramArgs } from "./program-args";
import {
  type Callee,
  checkCallees,
  instanceSelectorOf,
  type MicroserviceReference,
  referenceOn,
} from "./reference";
import { RolloutStatus } from "./rollout-status";
import { createServiceAccount, type Role } from "./service-account";
import { checkStorage, isOwnVolume } from "./volumes";
import { checkName, labelsOf, logicalName, metadataOf, skipAwait, type Workload } from "./workload";

/** A program that keeps data, where it keeps it, and whom it talks to. */
export interface StatefulServiceArgs extends ConfigurationArgs, ProgramArgs {
  /** Namespace, such as a {@link WorkloadNamespace}'s. */
  readonly namespace: pulumi.Input<string>;
  /** Name of its objects, and its host name in its namespace. Default: the component's. */
  readonly serviceName?: string;
  /** Image by digest, `host/repository@sha256:…`, so that what was tested is what runs. */
  readonly image: pulumi.Input<string>;
  /** TCP port that the program listens on, 1024 to 65535, as it does not run as root. */
  readonly port: number;
  /** Further ports by name, such as `{ metrics: 9187 }`; its Services have them under the same numbers. Default none. */
  readonly ports?: Readonly<Record<string, PortArgs>>;
  /** Where each pod keeps its data. */
  readonly storage: StorageRequest;
  /** Further disks of each pod, by the names that their claims begin with. Default none. */
  readonly disks?: Readonly<Record<string, StorageRequest>>;
  /** Number of pods, from 0, each with data of its own. Default 1. More than one get a disruption budget. */
  readonly replicas?: number;
  /**
   * Microservices and networks outside that this one calls. Default none; pods of the same service reach each other always.
   */
  readonly talksTo?: readonly Callee[];
  /** Who may call it besides those that have it in `talksTo`. Default nobody. */
  readonly calledBy?: readonly Caller[];
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
 * The claims, `data-<name>-0` and on, and those of its further disks, are never deleted with it: data goes when somebody deletes its claim.
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
  /** Name of its Service's first port: an {@link Exposure} may lead there, if the program speaks HTTP. */
  readonly servicePort = portName;
  /** Where others reach it: `<name>.<namespace>`, on {@link port}. */
  readonly host: pulumi.Output<string>;

  private readonly workload: Workload;
  private readonly ports: Readonly<Record<string, PortArgs>>;

  constructor(name: string, args: StatefulServiceArgs, options: pulumi.ComponentResourceOptions) {
    checkStatefulService(name, args);
    super("slipway:workloads:StatefulService", name, {}, options);
    const { serviceName = name, talksTo = [], calledBy = [], roles = [], replicas = 1 } = args;

    this.serviceName = serviceName;
    this.namespace = pulumi.output(args.namespace);
    this.port = args.port;
    this.ports = { [portName]: args.port, ...args.ports };
    this.host = pulumi.interpolate`${serviceName}.${args.namespace}`;
    this.workload = { component: this, name, serviceName, namespace: this.namespace };

    const peers = replicas > 1 ? this.allPorts() : [];
    createNetworkPolicies(this.workload, {
      talksTo: [...talksTo, ...peers],
      usesApi: roles.length > 0,
      calledBy,
      ports: this.ports,
    });
    this.createService(serviceName, {});
    const pods = this.createService(podsService(serviceName), {
      clusterIP: "None",
      publishNotReadyAddresses: true,
    });
    this.createStatefulSet(pods.metadata.name, replicas, args);
    if (replicas > 1) this.createDisruptionBudget();
    this.registerOutputs({ host: this.host });
  }

  /** Where others reach one of its pods, whoever is ready: `<name>-<index>.<name>-pods.<namespace>`. */
  podHost(index: number): pulumi.Output<string> {
    return pulumi.interpolate`${this.serviceName}-${index}.${podsService(this.serviceName)}.${this.namespace}`;
  }

  /** One of its further ports, for the `talksTo` of who calls it there. */
  on(port: string): MicroserviceReference {
    return referenceOn(this, this.ports, port);
  }

  private allPorts(): MicroserviceReference[] {
    return Object.keys(this.ports).map((port) => this.on(port));
  }

  private get selector(): Record<string, string> {
    return instanceSelectorOf(this.serviceName, this.serviceName);
  }

  private createService(
    serviceName: string,
    spec: Partial<k8s.types.input.core.v1.ServiceSpec>,
  ): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      logicalName(this.workload, serviceName),
      {
        metadata: { ...metadataOf(this.workload, serviceName), annotations: skipAwait },
        spec: {
          selector: this.selector,
          ports: servicePorts(this.ports),
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
    const { storage, disks = {}, probes = {}, termination, resources, spread } = args;
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
      ports: this.ports,
      program: args,
      configuration,
      volumeMounts: Object.entries({ [claimName]: storage, ...disks }).map(([name, disk]) => ({
        name,
        mountPath: disk.path,
      })),
      probes: statefulProbes(probes, portName),
      termination: { ...defaultTermination, ...termination },
      ...(resources && { resources }),
      ...(spread && { spread }),
    });
    const statefulSet = new k8s.apps.v1.StatefulSet(
      logicalName(this.workload),
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
          volumeClaimTemplates: Object.entries({ [claimName]: storage, ...disks }).map(([name, disk]) =>
            this.claim(name, disk),
          ),
        },
      },
      { parent: this },
    );
    const { namespace, generation } = statefulSet.metadata;
    new RolloutStatus(
      logicalName(this.workload),
      { kind: "StatefulSet", namespace, name: this.serviceName, generation, deadlineSeconds },
      { parent: this },
    );
  }

  private claim(name: string, storage: StorageRequest): k8s.types.input.core.v1.PersistentVolumeClaim {
    return {
      metadata: { name, labels: this.selector },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: storage.size } },
        ...(storage.class !== undefined && { storageClassName: storage.class }),
      },
    };
  }

  private createDisruptionBudget(): void {
    new k8s.policy.v1.PodDisruptionBudget(
      logicalName(this.workload),
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
  const { storage, disks = {}, ports = {}, serviceName } = args;
  const problems = new Problems();
  checkName(problems, name, ["serviceName", serviceName], 63 - "-pods".length);
  problems.expectWhole("replicas", args.replicas, 0, Infinity);
  problems.expectWhole("port", args.port, 1024, 65535, ", as it does not run as root");
  checkProgram(problems, args);
  checkPorts(problems, ports, { [portName]: args.port });
  checkCallees(problems, "talksTo", args.talksTo ?? []);
  checkCallers(problems, args.calledBy ?? [], { [portName]: args.port, ...ports });
  checkStorage(problems, "storage", storage);
  for (const [disk, request] of Object.entries(disks)) {
    checkDiskName(problems, disk);
    checkStorage(problems, `disks.${disk}`, request);
  }
  checkConfiguration(problems, args, mountedPaths(args, [storage, ...Object.values(disks)]), true);
  checkStatefulProbes(problems, args.probes ?? {});
  checkTermination(problems, args.termination ?? {});
  problems.throwIfAny("StatefulService", name);
}

function checkDiskName(problems: Problems, name: string): void {
  problems.expectServiceName("a name in disks", name);
  const isFree = name !== claimName && !isOwnVolume(name);
  problems.expect(isFree, "a name in disks", name, "it is a volume's that is there already: give another");
}
