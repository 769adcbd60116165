/** Who of a cluster may be drained next, known to every call of the process that dynamic providers run in. */
interface Turns {
  /** Names of the machines that the cluster is to have, as the program last said. */
  members: readonly string[];
  /** The machine that was drained and is not back yet. */
  holder: string | undefined;
}

/** What goes between two looks whether it is one's turn, in milliseconds. */
const look = 500;

/** Kept beside the modules: each call of a dynamic provider gets the modules' code anew. */
function turnsOf(cluster: string): Turns {
  const place = globalThis as Record<symbol, Turns | undefined>;
  return (place[Symbol.for(`slipway.turns.${cluster}`)] ??= { members: [], holder: undefined });
}

/** Tells which machines a cluster is to have from now on: who is not among them leaves for good. */
export function announceMembers(cluster: string, members: readonly string[]): void {
  turnsOf(cluster).members = members;
}

/** Whether a machine that is taken away will come back, as it is among those that its cluster is to have. */
export function comesBack(cluster: string, machine: string, members: readonly string[]): boolean {
  const announced = turnsOf(cluster).members;
  return (announced.length > 0 ? announced : members).includes(machine);
}

/**
 * Waits until no other machine of the cluster is away, so that machines which are made anew together go one after the other.
 *
 * @param patienceSeconds how long the one before may stay away
 * @throws Error that names the machine that did not come back
 */
export async function takeTurn(cluster: string, machine: string, patienceSeconds: number): Promise<void> {
  const turns = turnsOf(cluster);
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const { holder } = turns;
    if (holder === undefined || holder === machine) break;
    if (Date.now() > deadline) {
      throw new Error(
        `${machine} is left as it is: ${holder}, which was taken away before it, is not back after ${patienceSeconds} s`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, look));
  }
  turns.holder = machine;
}

/** Lets the next one have its turn, when it is this machine's. */
export function endTurn(cluster: string, machine: string): void {
  const turns = turnsOf(cluster);
  if (turns.holder === machine) turns.holder = undefined;
}
