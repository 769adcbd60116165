import { isChange, isControlPlane, type RollPlan, takesAway, type Turn } from "./plan";

/** About how long a machine takes with its drain, in seconds: `roll-machine` and `roll-machine-drain` of bench/results.json, 45 together. */
const secondsAway = 40;

/**
 * A plan as a person would say it, a line for each machine that changes, in the order in which they do. Empty when none
 * changes.
 * @param podsOn how many pods a machine's node has that are moved elsewhere; default: not known
 */
export function rollLines({ waves, leaving }: RollPlan, podsOn?: ReadonlyMap<string, number>): string[] {
  const turns = waves.flat();
  const changes = turns.filter(({ change }) => change !== "keep");
  if (!changes.some(isChange) && leaving.length === 0) return [];
  const controlPlanes = turns.filter(isControlPlane).length;
  const texts = [
    ...changes.map((turn) => `${turn.machine.name}: ${what(turn)}${cost(turn, controlPlanes, podsOn)}`),
    ...leaving.map(({ name }) => `${name}: leaves the cluster; its pods move elsewhere first`),
  ];
  return texts.map((text, index) => `roll ${index + 1}/${texts.length}: ${text}`);
}

function what({ change, machine: { kubernetesVersion: to }, live, certificatesEnd }: Turn): string {
  if (change === "renew") {
    return `its certificates are signed anew, as they end on ${certificatesEnd?.toISOString() ?? ""}; nothing stops`;
  }
  if (change === "make") return `made, with ${to}`;
  if (change === "back") return `made anew over its disk, with ${to}`;
  const from = live?.kubernetesVersion;
  return from === undefined || from === to ? `replaced, ${to} stays` : `${from} → ${to}`;
}

function cost(turn: Turn, controlPlanes: number, podsOn?: ReadonlyMap<string, number>): string {
  if (!takesAway(turn)) return "";
  const { isAway, machine } = turn;
  const parts = isAway ? ["it is away already"] : [onOthers(turn, controlPlanes, podsOn?.get(machine.name))];
  return [...parts, `about ${secondsAway} s`].map((part) => `, ${part}`).join("");
}

function onOthers(turn: Turn, controlPlanes: number, pods: number | undefined): string {
  if (!isControlPlane(turn)) {
    return pods === undefined ? "its pods move elsewhere" : `${pods} pods move elsewhere`;
  }
  return controlPlanes === 1
    ? "the API is away meanwhile"
    : `the API stays (${controlPlanes - 1} of ${controlPlanes})`;
}
