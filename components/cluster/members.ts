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
  const member = (
    slot: MachineSlot,
    size: MachineSize,
    labels: Labels,
    taints: readonly Taint[],
  ): Member => ({
    slot,
    name: machineName(slot),
    size,
    labels,
    taints,
  });
  return [
    ...indices(controlPlane.count).map((index) =>
      member({ role: "control-plane", index }, controlPlane, {}, [controlPlaneTaint]),
    ),
    ...pools.flatMap((pool) =>
      indices(pool.count).map((index) =>
        member({ role: "worker", pool: pool.name, index }, pool, pool.labels ?? {}, pool.taints ?? []),
      ),
    ),
  ];
}
