import { setTimeout as sleep } from "node:timers/promises";

import type { V1Node } from "@kubernetes/client-node";

import { isUnanswered, patiently, sentence } from "../actions/api-errors";
import type { Connection } from "../actions/connect";
import { cordon, drain, isAlive, uncordon } from "../actions/drain";
import { moveLeadershipAway, removeEtcdMember } from "../actions/etcd";
import { refuseToLoseVolumes } from "../actions/volumes";

/** A machine that is taken away, to be replaced or for good, and what that takes. */
export interface MachineChange {
  readonly machine: string;
  readonly isControlPlane: boolean;
  /**
   * Names of all machines that are replaced together with it, itself among them: where no other node takes pods, its own
   * stay. Undefined when it goes for good.
   */
  readonly replacedWith?: readonly string[];
  readonly connection: Connection;
  /** Stops the machine in good order. */
  readonly stop: () => Promise<void>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How long load balancers may take to turn to other nodes: the local one looks each second. */
const turnAwayMilliseconds = 3000;

/** In seconds. */
const patience = { api: 15, drain: 300, etcd: 60 };

/**
 * Moves a machine's work elsewhere and stops it, so that it can be replaced. What fails before it is stopped leaves it as
 * it was.
 * @param hasOldState whether the engine's state has code of before that asks a stopped machine, unless it is known to be
 *   dead
 */
export async function takeAway(change: MachineChange, hasOldState: boolean): Promise<void> {
  const { machine, isControlPlane, report } = change;
  const node = await findNode(change);
  if (node !== undefined) await emptied(change, node);
  report(`${machine}: stopping`);
  await change.stop();
  if (node === undefined) return;
  // Where it was the only one that answers, nobody can be told.
  const forget = async (): Promise<void> => {
    await forgetStopped(change, node.spec?.providerID !== undefined, hasOldState);
  };
  await patiently(patience.api, forget).catch((error: unknown) => {
    if (!isControlPlane || !isUnanswered(error)) throw error;
  });
}

/** Moves a machine's work elsewhere, takes it out of etcd and the list of nodes, and stops it. */
export async function letGo(change: MachineChange): Promise<void> {
  // The API server that is asked may be the one whose etcd has just left.
  await patiently(patience.api, () => forgetForGood(change));
  await change.stop();
  change.report(`${change.machine}: left the cluster`);
}

/** Every step may be repeated. */
async function forgetForGood(change: MachineChange): Promise<void> {
  const { machine, isControlPlane, connection } = change;
  const node = await findNode(change);
  if (node === undefined) return;
  await refuseToLoseVolumes(connection.api, machine);
  await emptied(change, node);
  if (isControlPlane) await removeEtcdMember(connection, machine, patience.etcd);
  await connection.api.deleteNode({ name: machine });
}

/** Moves a node's work elsewhere; where that fails, it is as it was. */
async function emptied(change: MachineChange, node: V1Node): Promise<void> {
  const { machine, connection, report, signal } = change;
  await cordon(connection.api, machine);
  const turnedAway = sleep(turnAwayMilliseconds, undefined, { signal });
  turnedAway.catch(() => undefined);
  try {
    if (isAlive(node)) await moveWork(change);
    else report(`${machine}: its kubelet does not report: it goes without a drain`);
  } catch (error) {
    await uncordon(connection.api, machine).catch(() => undefined);
    throw error;
  }
  await turnedAway;
}

async function findNode({ machine, connection }: MachineChange) {
  const { items } = await connection.api.listNode({ fieldSelector: `metadata.name=${machine}` });
  return items[0];
}

async function moveWork(change: MachineChange): Promise<void> {
  const { machine, isControlPlane, replacedWith, connection, report, signal } = change;
  const { items: nodes } = await connection.api.listNode();
  const others = nodes.filter(({ metadata }) => !replacedWith?.includes(metadata?.name ?? ""));
  if (replacedWith === undefined || others.some(takesPods)) {
    report(`${machine}: draining`);
    await drain(connection.api, { node: machine, timeoutSeconds: patience.drain, report, signal });
  } else {
    // Their budgets would never be met: what is evicted has nowhere to start.
    report(`${machine}: no other node takes its pods; they stop with it, and start with it again`);
  }
  if (!isControlPlane) return;
  const moved = await moveLeadershipAway(connection, machine);
  if (moved) report(`${machine}: moved etcd's leadership away`);
}

/** Whether a node takes pods that tolerate nothing special. */
export function takesPods({ spec, status }: V1Node): boolean {
  const isReady = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
  const isTainted = (spec?.taints ?? []).some(({ effect }) => effect !== "PreferNoSchedule");
  return isReady === true && spec?.unschedulable !== true && !isTainted;
}

/**
 * In a cloud a Node says for good which instance it is: the next one makes its own. Elsewhere the Node stays; the
 * controller manager would notice after 40 s that its kubelet is gone, and states of before wait for that.
 */
async function forgetStopped(
  { machine, connection: { api } }: MachineChange,
  isInstance: boolean,
  hasOldState: boolean,
): Promise<void> {
  if (isInstance) {
    await api.deleteNode({ name: machine });
    return;
  }
  if (!hasOldState) return;
  const { PatchStrategy, setHeaderOptions } = await import("@kubernetes/client-node");
  const now = new Date().toISOString();
  const condition = {
    type: "Ready",
    status: "Unknown",
    reason: "Stopped",
    message: "stopped to be replaced",
  };
  await api.patchNodeStatus(
    { name: machine, body: { status: { conditions: [{ ...condition, lastTransitionTime: now }] } } },
    setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
  );
}

/** What a step of a machine's change failed with, in one sentence that begins with the machine. */
export function failureOf(machine: string, error: unknown): string {
  const text = sentence(error);
  return text.startsWith(machine) || text.startsWith("machine ") ? text : `${machine}: ${text}`;
}
