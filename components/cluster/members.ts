import type { Labels, Taint } from "../bootstrap";
import { machineName, type MachineSlot } from "../machines";

/** Processors and memory of a machine. */
export interface MachineSize {
  /** Processors, may be a fraction. */
  readonly cpus: number;
  /** Memory in MiB. */
  readonly memoryMiB: number;
}

/** Worker machines that are alike. */
export interface Pool extends MachineSize {
  /** DNS label, part of the machines' names: `<pool>-<index>`. */
  readonly name: string;
  /** How many machines, from 0. */
  readonly count: number;
  /** Set by the kubelets on their own nodes. Default none. */
  readonly labels?: Labels;
  /** Default none. */
  readonly taints?: readonly Taint[];
  /** How many of its machines may be away at once while they are replaced, from 1. Default 1. */
  readonly maxUnavailable?: number;
}

/** Control-plane machines, all alike. */
export interface ControlPlane extends MachineSize {
  /** An odd number: etcd needs a majority. */
  readonly count: number;
}

/** A machine that is to become a node. */
export interface Member {
  readonly slot: MachineSlot;
  readonly name: string;
  readonly size: MachineSize;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** How many of its kind may be away at once. */
  readonly maxUnavailable: number;
}

/** Keeps what users run off the control planes. */
export const controlPlaneTaint: Taint = {
  key: "node-role.kubernetes.io/control-plane",
  effect: "NoSchedule",
};

/** Label of the nodes whose machines a pool makes by itself; its value is the pool's name. */
export const poolLabel = "slipway.pool";

const indices = (count: number): number[] => [...Array(count).keys()];

/** All machines of a cluster, control planes first. */
export function clusterMembers(controlPlane: ControlPlane, pools: readonly Pool[]): Member[] {
  return [
    ...indices(controlPlane.count).map((index) => controlPlaneMember(controlPlane, index)),
    ...pools.flatMap((pool) => indices(pool.count).map((index) => poolMember(pool, index))),
  ];
}

function controlPlaneMember(size: MachineSize, index: number): Member {
  const slot = { role: "control-plane", index } as const;
  return { slot, name: machineName(slot), size, labels: {}, taints: [controlPlaneTaint], maxUnavailable: 1 };
}

function poolMember(pool: Pool, index: number): Member {
  const { labels = {}, taints = [], maxUnavailable = 1 } = pool;
  const slot = { role: "worker", pool: pool.name, index } as const;
  return { slot, name: machineName(slot), size: pool, labels, taints, maxUnavailable };
}
