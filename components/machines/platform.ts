import type * as pulumi from "@pulumi/pulumi";

import type { Labels, MachineFile, PlatformFacts, Taint } from "../bootstrap";

/** A machine's place in the environment: decides its name and, where addresses are fixed, its address. */
export type MachineSlot = ControlPlaneSlot | WorkerSlot;

/** The place of a control plane. */
export interface ControlPlaneSlot {
  /** Tells it from a worker's. */
  readonly role: "control-plane";
  /** From 0; the first one makes the cluster. */
  readonly index: number;
}

/** The place of a pool's machine. */
export interface WorkerSlot {
  /** Tells it from a control plane's. */
  readonly role: "worker";
  /** The pool's name. */
  readonly pool: string;
  /** Inside the pool, from 0. */
  readonly index: number;
}

/** What a platform needs to know to make a machine. */
export interface MachineSpec {
  /** Which machine it is. */
  readonly slot: MachineSlot;
  /** Processors, may be a fraction. Platforms with types of machines go by these instead. */
  readonly cpus: number;
  /** Memory in MiB; likewise. */
  readonly memoryMiB: number;
  /** Kubernetes version of the platform's image, without a leading `v`: kept with the machine, see {@link LiveMachine}. */
  readonly kubernetesVersion: string;
  /**
   * The machine's cloud-init document: all that it needs to become a node. Secret, unless the platform keeps the identity.
   * While the stack is updated it is known only when the machine may be replaced: whatever replaces the machine waits for it.
   */
  readonly userData: pulumi.Input<string>;
}

/** A machine as it is, whatever a program wants it to be. */
export interface LiveMachine {
  /** As {@link machineName} gives it. */
  readonly name: string;
  /** `gone`: only its disk is left. */
  readonly state: "running" | "stopped" | "gone";
  /** The id that {@link MachinePlatform.createMachine} gave; undefined when it is gone. */
  readonly id?: string;
  /** What it was made of, as {@link MachinePlatform.revision} says. Undefined when it is gone, or was made before there were revisions. */
  readonly revision?: string;
  /** Kubernetes version of its image, without a leading `v`; undefined likewise. */
  readonly kubernetesVersion?: string;
}

/** What a platform needs to know to make a pool. */
export interface PoolSpec {
  /** The pool's name. */
  readonly name: string;
  /** How many machines it begins with. */
  readonly count: number;
  /** Labels of its nodes, for what decides on their number. */
  readonly labels: Labels;
  /** Taints of its nodes, likewise. */
  readonly taints: readonly Taint[];
  /** How many of its machines may be away at once while they are replaced, from 1. */
  readonly maxUnavailable: number;
  /** The cloud-init document of all its machines. It holds no key. While the stack is updated, known when control planes are. */
  readonly userData: pulumi.Input<string>;
  /**
   * The same without the labels and taints, which the program changes on Nodes: another one replaces the machines. Default:
   * the document, so that labels and taints do too.
   */
  readonly unlabelledUserData?: pulumi.Input<string>;
}

/** Who waits for a pool's machines to be replaced. */
export interface PoolFollower {
  /** Told once of every change, one line each. */
  readonly report: (message: string) => void;
  /** What a machine is at, in its own words, by all that it has printed, and whether it gave up. */
  readonly read: (console: string) => { readonly said: string; readonly failed: boolean };
  /** How long one machine may take to become a ready node. */
  readonly timeoutSeconds: number;
}

/** Where the API answers over HTTPS. */
export interface Endpoint {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/** The same, for clients that are no machines of the cluster. */
export interface ClientEndpoint {
  /** Name or address. It is known at a preview, or after the platform is made. */
  readonly host: pulumi.Input<string>;
  /** TCP port. */
  readonly port: number;
  /** The name that its certificate has to be for. Default: the host, which must then be known before the first machine. */
  readonly serverName?: string;
  /** What to do when it does not answer, in a few words for a person. Default: nothing that is known. */
  readonly advice?: string | undefined;
}

/** Which half of the identity: all of it, or what it takes to join. */
export type MachineRole = "control-plane" | "worker";

/** Machines that come and go by themselves, with names that nobody knows before. */
export interface ElasticPools {
  /** Makes a pool. Gives its id, known when its machines are on their way. */
  create(spec: PoolSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string>;
  /**
   * Resolves when all of a pool's machines are made of what the program says, each a ready node: those that are not are
   * replaced in turn. Rejects, and replaces no more, when a new one gives up or is late. Not for a preview.
   */
  settled(pool: string, follower: PoolFollower): Promise<void>;
  /** What each of a pool's machines has printed on its console, by the name of its Node. Rejects while there is none. */
  readConsoles(pool: string): Promise<ReadonlyMap<string, string>>;
}

/**
 * A place where machines run. It stops just short of Kubernetes: it boots an operating system with a cloud-init
 * document, and keeps one stable address before the control planes.
 */
export interface MachinePlatform {
  /** The API's stable address, as machines reach it. Known before the first machine. */
  readonly endpoint: Endpoint;
  /** The same, as it is reached from where `pulumi up` runs. */
  readonly clientEndpoint: ClientEndpoint;
  /** What the documents of this platform's machines need to know. */
  readonly facts: PlatformFacts;
  /** What all machines stand on: when it goes, they go, and nothing needs to be taken off them first. */
  readonly foundation: pulumi.Resource;
  /** Address of the machine of a slot, known before the machine. */
  address(slot: MachineSlot): string;
  /** Makes a machine that boots. Gives its id, known when it has started; joining is its own affair. */
  createMachine(spec: MachineSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string>;
  /** What tells a machine from one of the same name that has to be replaced by it: a hash of its image, size and document. */
  revision(spec: MachineSpec): pulumi.Output<string>;
  /** The environment's machines as they are now, also those that the program does not want. Elastic pools' are not among them. */
  live(): Promise<readonly LiveMachine[]>;
  /** Why no machine can be made anew now, in a sentence that says what to do; undefined when one can. Default: one always can. */
  obstacle?(): Promise<string | undefined>;
  /** Stops a machine in good order, so that it can be replaced or removed. Resolves when it has stopped, also when it had before. */
  stop(machineName: string): Promise<void>;
  /** When the machine began to run, last. Rejects while there is no such machine. */
  startedAt(machineName: string): Promise<Date>;
  /** What the machine has printed on its console, the newest last. Rejects while there is no such machine. */
  readConsole(machineName: string): Promise<string>;
  /** Default: none, a pool's machines are made one by one. */
  readonly pools?: ElasticPools;
  /**
   * Brings a worker, which waits for it, the first certificate of its kubelet: it holds nothing else by which the cluster would
   * know it. Default: it has a token that ends, in the file `/etc/slipway/join-token`.
   * @param credential certificate and key in PEM
   */
  admit?(machineName: string, credential: string): Promise<void>;
  /** Has a control plane sign its certificates anew while it goes on. Default: it does so by itself alone, when it is late. */
  renewCertificates?(machineName: string): Promise<void>;
  /**
   * Tells by which authority the API's certificates are signed, in PEM, so that one that answers with another, or one that is
   * over, gets no requests. Called once, before the first machine. Default: the platform does not look.
   */
  trust?(authority: pulumi.Output<string>): void;
  /**
   * Keeps a role's files of the identity where its machines fetch them when they boot. Called before the first machine.
   * Default: they are part of the documents.
   */
  keepIdentity?(role: MachineRole, files: pulumi.Output<readonly MachineFile[]>): void;
}

/** Name of a slot's machine inside its environment, and of its Node. */
export function machineName(slot: MachineSlot): string {
  return slot.role === "control-plane" ? `control-plane-${slot.index}` : `${slot.pool}-${slot.index}`;
}

/** The role of the machine that {@link machineName} gave this name; no pool can be called `control-plane`. */
export function roleOf(name: string): MachineRole {
  return /^control-plane-\d+$/.test(name) ? "control-plane" : "worker";
}
