import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ClusterFacts } from "../bootstrap";
import type { ElasticPools, MachinePlatform, MachineSpec } from "../machines";
import { ClusterIdentity, type ClusterIdentitySeed, type RotationStep } from "../pki";
import { knownValue } from "../pki/known-value";
import { rotationLines } from "../pki/rotation-lines";
import { lookAtBackup } from "./backup/look-at-backup";
import { ClusterDocuments } from "./documents";
import { elasticPoolReady } from "./elastic-pool";
import { clusterMembers, type ControlPlane, type Member, type Pool } from "./members";
import { Membership } from "./membership";
import { nodesOf } from "./nodes";
import { type Readiness, watchReadiness } from "./readiness";
import type { Authority } from "./roll/certificates";
import { Roll } from "./roll/roll";

/** What a cluster is made of. */
export interface KubernetesClusterArgs {
  /** Where the machines run. */
  readonly machines: MachinePlatform;
  /** Versions without a leading `v`. They must be those of the machines' image. */
  readonly versions: {
    /** Such as `1.36.3`. */
    readonly kubernetes: string;
    /** Such as `3.6.8`. */
    readonly etcd: string;
  };
  /** The machines that run the API server and etcd. */
  readonly controlPlane: ControlPlane;
  /** The machines that run everything else; names are unique. None is a cluster of control planes only. */
  readonly pools: readonly Pool[];
  /** CIDRs, apart from each other and from the machines' own. */
  readonly networks: {
    /** All pods' addresses: every node takes a /24 of it. Such as `10.244.0.0/16`. */
    readonly pods: string;
    /** Services' addresses, such as `10.96.0.0/12`. */
    readonly services: string;
  };
  /** Address of the DNS Service, inside the network of Services: by custom the tenth, see {@link clusterDns}. */
  readonly dnsAddress: string;
  /**
   * How long the certificates are good for that machines sign and renew, in whole seconds, from 240. Default 365 days. Another
   * number replaces the machines, one after the other.
   */
  readonly certificateSeconds?: number;
  /** The identity of a cluster that is to be restored. Default: a new one. */
  readonly identitySeed?: ClusterIdentitySeed;
  /**
   * What of its identity goes to the next phase of its rotation, in one roll. Default: nothing. `docs/certificates.md` says what
   * has to be true before each.
   */
  readonly rotate?: RotationStep | undefined;
  /** How many seconds a machine may take to become a ready node, counted from the last one that was made. Default 600. */
  readonly timeoutSeconds?: number;
}

/** A machine as the program wants it. */
interface PlannedMachine {
  readonly member: Member;
  readonly spec: MachineSpec;
}

/** A machine, and the platform's id of it when it is there. */
interface MadeMachine {
  readonly member: Member;
  readonly id: pulumi.Output<string>;
}

/** A pool, and when its machines are on their way. */
interface MadePool {
  readonly pool: Pool;
  readonly elastic: ElasticPools;
  readonly id: pulumi.Output<string>;
}

const defaultTimeoutSeconds = 600;
/** As kubeadm has it. */
const defaultCertificateSeconds = 365 * 86_400;
const pollMilliseconds = 500;
/** While machines boot, every program that is started beside them takes processors from them. */
const consolePollMilliseconds = 2000;

/**
 * A kubeadm cluster: an identity, and machines that make themselves nodes of it, all at once. Nothing but its own
 * document takes part in a machine's boot; this component only watches, says what each machine is doing, and fails
 * with the machine's own words when one gives up.
 */
export class KubernetesCluster extends pulumi.ComponentResource {
  /** The administrator's kubeconfig. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Talks to the cluster once its API answers; nodes may still be on their way. */
  readonly provider: k8s.Provider;
  /**
   * Names of the nodes, known when every machine is a ready node, for which the cluster needs a pod network. Those of
   * pools whose machines come and go by themselves are waited for, and not named.
   */
  readonly readyNodes: pulumi.Output<string[]>;

  constructor(name: string, args: KubernetesClusterArgs, options?: pulumi.ComponentResourceOptions) {
    super("slipway:cluster:KubernetesCluster", name, {}, options);

    const { machines: platform } = args;
    const identity = new ClusterIdentity(
      `${name}-identity`,
      { clusterName: name, rotate: args.rotate, ...(args.identitySeed && { seed: args.identitySeed }) },
      { parent: this },
    );
    identity.phases.apply((phases) => {
      rotationLines(phases).forEach(this.report);
    });
    const { host, port, serverName } = platform.clientEndpoint;
    this.kubeconfig = identity.adminKubeconfig(pulumi.interpolate`https://${host}:${port}`, serverName);
    const documents = new ClusterDocuments(clusterFacts(name, args), platform, identity);
    documents.handOverIdentity();
    platform.trust?.(identity.kubernetesCa.trustedPem);
    const planned = clusterMembers(args.controlPlane, platform.pools ? [] : args.pools).map((member) => ({
      member,
      spec: machineSpec(member, args.versions.kubernetes, documents),
    }));
    const members = planned.map(({ member }) => member);
    const watch = this.readinessWatch(args, members, identity);
    const roll = this.roll(args, planned, identity, watch);
    const machines = planned.map((machine) => this.machine(platform, machine, roll));
    const pools = this.makePools(args, documents, roll);
    this.provider = new k8s.Provider(
      name,
      {
        // Pools too: what runs in the cluster goes before any of its machines, load balancers and volumes among it.
        kubeconfig: whenApplied(
          this.kubeconfig,
          [...machines, ...pools].map(({ id }) => id),
          (kubeconfig) => watch(kubeconfig).api,
        ),
        // What the provider compares instead of the kubeconfig, which is renewed, and unknown at first.
        clusterIdentifier: `slipway-${name}`,
      },
      { parent: this },
    );
    const memberships = machines.map((machine) => this.membership(name, args, machine, watch));
    this.readyNodes = pulumi
      .all([...memberships, ...this.readyPools(args, pools), pulumi.output(roll.finished)])
      .apply(() => members.map((member) => member.name));
    this.registerOutputs({ kubeconfig: this.kubeconfig, readyNodes: this.readyNodes });
  }

  /** The order in which machines change. A preview only says it. */
  private roll(
    { machines: platform, versions, certificateSeconds = defaultCertificateSeconds }: KubernetesClusterArgs,
    planned: readonly PlannedMachine[],
    identity: ClusterIdentity,
    watch: (kubeconfig: string) => Readiness,
  ): Roll {
    const roll = new Roll({
      platform,
      members: planned.map(({ member }) => member),
      kubernetesVersion: versions.kubernetes,
      certificateSeconds,
      report: this.report,
      isFollowed: platform.pools !== undefined,
    });
    const revisions = planned.map(({ spec }) => platform.revision(spec));
    if (pulumi.runtime.isDryRun()) {
      const known = Promise.all([
        knownValue(this.kubeconfig),
        Promise.all(revisions.map(knownValue)),
        knownAuthorities(identity),
      ]);
      roll.preview(
        known.then(([kubeconfig, of, authorities]) => ({ kubeconfig, revisions: of, authorities })),
      );
      // What cannot be known, the roll says.
      void known.then(
        ([kubeconfig]) => this.warnOfBackup(kubeconfig),
        () => undefined,
      );
    } else {
      pulumi.all([this.kubeconfig, pulumi.all(revisions)]).apply(async ([kubeconfig, known]) => {
        const authorities = await knownAuthorities(identity);
        roll.begin({ kubeconfig, revisions: known, authorities, readiness: watch(kubeconfig) });
      });
    }
    return roll;
  }

  /** Says at a preview that the cluster is not backed up as it should be. */
  private async warnOfBackup(kubeconfig: string | undefined): Promise<void> {
    const finding = kubeconfig === undefined ? undefined : await lookAtBackup(kubeconfig);
    if (finding !== undefined) await pulumi.log.warn(finding, this);
  }

  /** A machine that is made, or replaced, when it is its turn. */
  private machine(platform: MachinePlatform, { member, spec }: PlannedMachine, roll: Roll): MadeMachine {
    const userData = inTurn(spec.userData, roll.turn(member.name));
    const id = platform.createMachine({ ...spec, userData }, { parent: this });
    id.apply((known) => {
      roll.isMade(member.name, known);
    });
    return { member, id };
  }

  /** A machine's place in the cluster, from when it is a ready node. Gives its urn, known then. */
  private membership(
    name: string,
    { machines }: KubernetesClusterArgs,
    { member, id }: MadeMachine,
    watch: (kubeconfig: string) => Readiness,
  ): pulumi.Output<string> {
    const membership = new Membership(
      `${name}-${member.name}`,
      {
        cluster: name,
        machine: member.name,
        machineId: id,
        labels: member.labels,
        taints: member.taints,
        kubeconfig: whenApplied(this.kubeconfig, [id], (kubeconfig) => watch(kubeconfig).node(member.name)),
      },
      { parent: this, deletedWith: machines.foundation },
    );
    return membership.urn;
  }

  /** Pools whose machines the platform makes by itself. */
  private makePools(args: KubernetesClusterArgs, documents: ClusterDocuments, roll: Roll): MadePool[] {
    const elastic = args.machines.pools;
    if (elastic === undefined) return [];
    return args.pools.map((pool) => {
      const { name, count, labels = {}, taints = [], maxUnavailable = 1 } = pool;
      const userData = inTurn(documents.ofPool(pool), roll.controlPlanes);
      // Labels and taints are changed on Nodes: another machine is none for them.
      const unlabelledUserData = documents.ofPool({ ...pool, labels: {}, taints: [] });
      const spec = { name, count, labels, taints, maxUnavailable, userData, unlabelledUserData };
      return {
        pool,
        elastic,
        id: elastic.create(spec, { parent: this }),
      };
    });
  }

  /** What is known when the pools have their ready nodes. */
  private readyPools(args: KubernetesClusterArgs, pools: readonly MadePool[]): pulumi.Output<unknown>[] {
    return pools.map(({ pool, elastic, id }) =>
      whenApplied(this.kubeconfig, [id], async (kubeconfig) => {
        await elasticPoolReady({
          pool,
          elastic,
          kubeconfig,
          report: this.report,
          timeoutSeconds: args.timeoutSeconds ?? defaultTimeoutSeconds,
          intervalMilliseconds: consolePollMilliseconds,
        });
      }),
    );
  }

  private readonly report = (message: string): void => {
    void pulumi.log.info(message, this);
  };

  /** Begins to watch at the first call; every call gives the same watch. */
  private readinessWatch(
    args: KubernetesClusterArgs,
    members: readonly Member[],
    identity: ClusterIdentity,
  ): (kubeconfig: string) => Readiness {
    let watch: Readiness | undefined;
    const { machines: platform, certificateSeconds = defaultCertificateSeconds } = args;
    const admit = async (machine: string): Promise<void> => {
      const member = members.find(({ name }) => name === machine);
      if (member === undefined) return;
      const address = platform.address(member.slot);
      const credential = await knownValue(identity.kubeletCertificate(machine, address, certificateSeconds));
      if (credential !== undefined) await platform.admit?.(machine, credential);
    };
    return (kubeconfig) =>
      (watch ??= watchReadiness({
        machines: members.map((member) => member.name),
        readConsole: (machine) => platform.readConsole(machine),
        startedAt: (machine) => platform.startedAt(machine),
        nodes: nodesOf(kubeconfig),
        admit,
        report: this.report,
        timeoutSeconds: args.timeoutSeconds ?? defaultTimeoutSeconds,
        intervalMilliseconds: pollMilliseconds,
        consoleIntervalMilliseconds: consolePollMilliseconds,
        advice: platform.clientEndpoint.advice,
      }));
  }
}

function machineSpec(member: Member, kubernetesVersion: string, documents: ClusterDocuments): MachineSpec {
  return { slot: member.slot, ...member.size, kubernetesVersion, userData: documents.ofMember(member) };
}

/** A document that is known, when the stack is updated, once its machine may change. A preview takes it as it is. */
function inTurn(userData: pulumi.Input<string>, turn: Promise<void>): pulumi.Input<string> {
  return pulumi.runtime.isDryRun() ? userData : pulumi.all([userData, turn]).apply(([document]) => document);
}

/** The cluster's authorities, as far as they are known now. */
async function knownAuthorities({
  kubernetesCa,
  etcdCa,
  frontProxyCa,
}: ClusterIdentity): Promise<Authority[]> {
  const all = { ca: kubernetesCa, "etcd/ca": etcdCa, "front-proxy-ca": frontProxyCa };
  const known = await Promise.all(
    Object.entries(all).map(async ([name, made]) => ({ name, pem: await knownValue(made.certificatePem) })),
  );
  return known.flatMap(({ name, pem }) => (pem === undefined ? [] : [{ name, certificatePem: pem }]));
}

/**
 * A kubeconfig that waits for more than itself when the stack is updated: for the machines to have started, then for
 * `wait`. A preview takes it as it is, so that new machines do not make it unknown.
 */
function whenApplied(
  kubeconfig: pulumi.Output<string>,
  machines: readonly pulumi.Output<string>[],
  wait: (kubeconfig: string) => Promise<void>,
): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) {
    return kubeconfig;
  }
  return pulumi.all([kubeconfig, pulumi.all([...machines])]).apply(async ([known]) => {
    await wait(known);
    return known;
  });
}

function clusterFacts(name: string, args: KubernetesClusterArgs): ClusterFacts {
  return {
    name,
    kubernetesVersion: args.versions.kubernetes,
    etcdVersion: args.versions.etcd,
    endpoint: args.machines.endpoint,
    certificateSans: certificateNames(args.machines),
    networks: args.networks,
    dnsAddress: args.dnsAddress,
    certificateSeconds: args.certificateSeconds ?? defaultCertificateSeconds,
  };
}

/** Under which names clients reach the API besides the machines' own one. */
function certificateNames({ clientEndpoint: { host, serverName } }: MachinePlatform): string[] {
  if (serverName !== undefined) return [serverName];
  if (typeof host === "string") return [host];
  throw new Error(
    "the platform's clientEndpoint is not known before the machines: it has to have a serverName",
  );
}
