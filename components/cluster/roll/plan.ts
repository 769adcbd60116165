import type { LiveMachine } from "../../machines";
import type { Member } from "../members";

/** A machine as the program wants it. */
export interface WantedMachine {
  readonly name: string;
  /** The pool that it is of; undefined for a control plane. */
  readonly pool?: string;
  /** How many machines of its pool may be away at once, from 1. */
  readonly maxUnavailable: number;
  /** As the platform's `revision` gives it; undefined while a preview cannot know it. */
  readonly revision: string | undefined;
  /** Without a leading `v`. */
  readonly kubernetesVersion: string;
}

/**
 * What becomes of a machine: `make` one that never was, bring one `back` whose disk is left, `replace` one by another of
 * its name, have it `renew` its certificates while it goes on, or `keep` it.
 */
export type Change = "make" | "back" | "replace" | "renew" | "keep";

/** A machine's turn in a roll. */
export interface Turn {
  readonly machine: WantedMachine;
  readonly change: Change;
  /** Whether it is no ready node now, so that taking it away takes nothing from the cluster. */
  readonly isAway: boolean;
  /** The machine that there is; undefined when there is none. */
  readonly live?: LiveMachine;
  /** When the certificates end that it is to renew. */
  readonly certificatesEnd?: Date;
}

/** The order in which machines change: those of a wave together, the next wave when all of them are ready nodes. */
export interface RollPlan {
  readonly waves: readonly (readonly Turn[])[];
  /** Machines that are there and not wanted any more. */
  readonly leaving: readonly LiveMachine[];
}

/** What a plan is made of. */
export interface RollFacts {
  /** In the order of the program: control planes, then pool by pool. */
  readonly wanted: readonly WantedMachine[];
  readonly live: readonly LiveMachine[];
  /** Names of the nodes that are ready; undefined when the API does not answer. */
  readonly readyNodes: ReadonlySet<string> | undefined;
  /** Names of machines that are replaced though nothing of them has changed. Default none. */
  readonly replaced?: ReadonlySet<string>;
  /** Control planes whose certificates are to be signed anew, with when they end. Default: none. */
  readonly due?: ReadonlyMap<string, Date>;
}

/** The part of a member that a plan needs. */
export function wantedMachine(
  { name, slot, maxUnavailable }: Member,
  kubernetesVersion: string,
  revision: string | undefined,
): WantedMachine {
  return {
    name,
    ...(slot.role === "worker" && { pool: slot.pool }),
    maxUnavailable,
    revision,
    kubernetesVersion,
  };
}

/** Whether a machine is a control plane. */
export const isControlPlane = ({ machine }: Turn): boolean => machine.pool === undefined;

/** Whether a turn takes away a machine that runs. */
export const takesAway = ({ change }: Turn): boolean => change === "replace";

/** Whether a turn changes a machine that runs. */
export const isChange = ({ change }: Turn): boolean => change === "replace" || change === "renew";

/**
 * The plan of a roll. Machines that are away come before those that are not, control planes before pools; control planes
 * change one by one, and a pool's machines as many at once as it allows.
 *
 * Where the API does not answer there is nothing to protect: control planes then change together, as a majority of them
 * may be needed to answer at all.
 */
export function rollPlan({ wanted, live, readyNodes, replaced, due = new Map() }: RollFacts): RollPlan {
  const turns = wanted.map((machine) => renewing(turnOf(machine, live, readyNodes, replaced), due));
  const names = new Set(wanted.map(({ name }) => name));
  return {
    waves: wavesOf(turns, readyNodes !== undefined).filter((wave) => wave.length > 0),
    leaving: live.filter(({ name, state }) => state !== "gone" && !names.has(name)),
  };
}

function wavesOf(turns: readonly Turn[], apiAnswers: boolean): Turn[][] {
  const [controlPlanes, workers] = parted(turns, isControlPlane);
  const [absentControlPlanes, presentControlPlanes] = parted(controlPlanes, isAbsent);
  const [absentWorkers, presentWorkers] = parted(workers, isAbsent);
  const pools = poolsOf(presentWorkers).flatMap((pool) =>
    chunks(awayFirst(pool), pool[0]?.machine.maxUnavailable ?? 1),
  );
  if (!turns.some(takesAway)) {
    return [...singly(presentControlPlanes), ...pools, [...absentControlPlanes, ...absentWorkers]];
  }
  if (!apiAnswers) return [controlPlanes, ...pools, absentWorkers];
  // One that comes back takes nobody away; one that is new needs the others' new configuration.
  const [back, made] = parted(absentControlPlanes, ({ change }) => change === "back");
  return [back, ...singly(awayFirst(presentControlPlanes)), made, ...pools, absentWorkers];
}

function turnOf(
  machine: WantedMachine,
  all: readonly LiveMachine[],
  readyNodes: ReadonlySet<string> | undefined,
  replaced?: ReadonlySet<string>,
): Turn {
  const live = all.find(({ name }) => name === machine.name);
  const isAway = live?.state !== "running" || !(readyNodes?.has(machine.name) ?? false);
  return { machine, change: changeOf(machine, live, replaced), isAway, ...(live && { live }) };
}

/** Whatever replaces a machine signs its certificates anew too. */
function renewing(turn: Turn, due: ReadonlyMap<string, Date>): Turn {
  const certificatesEnd = due.get(turn.machine.name);
  if (certificatesEnd === undefined || turn.change !== "keep" || turn.live?.state !== "running") return turn;
  return { ...turn, change: "renew", certificatesEnd };
}

function changeOf(
  { name, revision }: WantedMachine,
  live: LiveMachine | undefined,
  replaced?: ReadonlySet<string>,
): Change {
  if (live === undefined) return "make";
  if (live.state === "gone") return "back";
  if (replaced?.has(name)) return "replace";
  return live.revision !== undefined && live.revision === revision ? "keep" : "replace";
}

const isAbsent = ({ change }: Turn): boolean => change === "make" || change === "back";

function parted<T>(all: readonly T[], isFirst: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))];
}

const awayFirst = (turns: readonly Turn[]): Turn[] => parted(turns, ({ isAway }) => isAway).flat();

const singly = (turns: readonly Turn[]): Turn[][] => turns.map((turn) => [turn]);

function poolsOf(turns: readonly Turn[]): Turn[][] {
  const names = [...new Set(turns.map(({ machine }) => machine.pool))];
  return names.map((name) => turns.filter(({ machine }) => machine.pool === name));
}

function chunks(turns: readonly Turn[], size: number): Turn[][] {
  const starts = turns.map((_, index) => index).filter((index) => index % size === 0);
  return starts.map((start) => turns.slice(start, start + size));
}
