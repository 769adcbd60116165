import type * as pulumi from "@pulumi/pulumi";

import type { MachineFile, PlatformFacts } from "../bootstrap";

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
  /** Processors, may be a fraction. */
  readonly cpus: number;
  /** Memory in MiB. */
  readonly memoryMiB: number;
  /** The machine's cloud-init document: all that it needs to become a node. */
  readonly userData: pulumi.Input<string>;
  /** Files that the machine fetches when it boots: some only where the platform's facts say how. Secret. */
  readonly secretFiles: pulumi.Input<readonly MachineFile[]>;
}

/** Where the API answers over HTTPS. */
export interface Endpoint {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/**
 * A place where machines run. It stops just short of Kubernetes: it boots an operating system with a cloud-init
 * document, and keeps one stable address before the control planes.
 */
export interface MachinePlatform {
  /** The API's stable address, as machines reach it. Known before the first machine. */
  readonly endpoint: Endpoint;
  /** The same, as it is reached from where `pulumi up` runs. */
  readonly clientEndpoint: Endpoint;
  /** What the documents of this platform's machines need to know. */
  readonly facts: PlatformFacts;
  /** What all machines stand on: when it goes, they go, and nothing needs to be taken off them first. */
  readonly foundation: pulumi.Resource;
  /** Address of the machine of a slot, known before the machine. */
  address(slot: MachineSlot): string;
  /** Makes a machine that boots. Gives its id, known when it has started; joining is its own affair. */
  createMachine(spec: MachineSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string>;
  /** When the machine began to run, last. Rejects while there is no such machine. */
  startedAt(machineName: string): Promise<Date>;
  /** What the machine has printed on its console, the newest last. Rejects while there is no such machine. */
  readConsole(machineName: string): Promise<string>;
}

/** Name of a slot's machine inside its environment, and of its Node. */
export function machineName(slot: MachineSlot): string {
  return slot.role === "control-plane" ? `control-plane-${slot.index}` : `${slot.pool}-${slot.index}`;
}
