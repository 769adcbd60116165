import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { isStaged } from "../cluster-backups/staged";
import { type ObjectDrift, objectDrift, putBack } from "../drift/objects";
import { findInAws, removeSecurityGroups } from "./aws";
import { releaseHalfMade } from "./cluster";
import { type Deployment, withReadFirst } from "./deployment";
import { destroy } from "./destroy";
import { docker, lookIntoDocker, type SeenInDocker } from "./docker";
import { AnotherRunLives, anyEngineLives, clearLocks, endOrphans } from "./lives";
import { dockerKind } from "./names";
import { type DockerObject, type Plan, planRecovery, type Verb } from "./plan";
import { refuseRenamed } from "./renamed";
import type { StateStore, StoredState } from "./state-store";

export interface Recovery {
  /** Name of the stack, and of the environment. */
  readonly stack: string;
  readonly verb: Verb;
  readonly store: StateStore;
  /** The environment's own folder. */
  readonly directory: string;
  /** Variables that `pulumi` is called with. */
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of the stack's Pulumi.yaml. */
  readonly project: string;
  /** Takes a line for each thing that is found and done. */
  readonly say: (line: string) => void;
}

/** There while the environment is being taken down. */
const downMarker = "being-taken-down";

/**
 * Settles what a killed run left, and what went from under the state, so that the next run can go on.
 *
 * @returns for a preview of a state that is not true any more, the URL of a backend that has one that is
 * @throws AnotherRunLives when another run has the stack
 * @throws Error when the stack was renamed
 */
export async function recover(recovery: Recovery): Promise<string | undefined> {
  const { verb, directory, store, stack } = recovery;
  refuseRenamed(stack, (await store.read())?.deployment ?? {});
  if (verb === "preview") return await previewed(recovery);
  const traces = await clearTraces(recovery);
  const state = await store.read();
  const marker = path.join(directory, downMarker);
  const plan = state && (await planFor(recovery, state, traces));
  if (plan) await apply(recovery, plan, state);
  if (verb === "up" && plan?.wasBeingTakenDown !== true) await putObjectsRight(recovery);
  if (verb === "down") writeFileSync(marker, `${stack}\n`);
  else if (plan?.wasBeingTakenDown) await finishDown(recovery);
  if (verb === "up") rmSync(marker, { force: true });
  return undefined;
}

/** A preview changes neither Docker nor the state: it says what is so, and reads a state in which it is. */
async function previewed(recovery: Recovery): Promise<string | undefined> {
  const { verb, store, directory, say } = recovery;
  try {
    await clearTraces(recovery);
  } catch (error) {
    if (!(error instanceof AnotherRunLives)) throw error;
    say(`${error.message}\nUntil then a preview shows how far its state has come`);
    return undefined;
  }
  const state = await store.read();
  if (!state || isEmpty(state)) return undefined;
  const plan = planRecovery({
    verb,
    deployment: state.deployment,
    seen: await lookIntoDocker(),
    inAws: await findInAws(state.deployment),
    downHadBegun: existsSync(path.join(directory, downMarker)),
    isRestored: isStaged(directory),
  });
  if (plan.wasBeingTakenDown) {
    say(
      "A killed run was taking the environment down: `make up` finishes that, and then begins from nothing",
    );
    return store.writeForPreview(
      { ...state, deployment: { ...plan.deployment, resources: [] } },
      path.join(directory, "tmp", "preview"),
    );
  }
  plan.lines.forEach(say);
  const { drift } = await driftIn(recovery, plan.deployment);
  drift.forEach(({ text }) => {
    say(`The ${text}: \`make up\` puts it right`);
  });
  const gone = goneOf(drift);
  if (!plan.changesState && gone.size === 0) return undefined;
  return store.writeForPreview(
    { ...state, deployment: withReadFirst(plan.deployment, gone) },
    path.join(directory, "tmp", "preview"),
  );
}

/** Puts right what is not in the cluster as the last update left it; what is gone the next one reads, and makes again. */
async function putObjectsRight(recovery: Recovery): Promise<void> {
  const { store, say } = recovery;
  const state = await store.read();
  if (!state) return;
  const { drift, inClear } = await driftIn(recovery, state.deployment);
  drift.forEach(({ text }) => {
    say(`The ${text}: it is put right`);
  });
  if (inClear) await putBack(inClear, drift);
  const gone = goneOf(drift);
  if (gone.size > 0) await write(store, { ...state, deployment: withReadFirst(state.deployment, gone) });
}

const goneOf = (drift: readonly ObjectDrift[]): Set<string> =>
  new Set(drift.filter(({ changes }) => changes === undefined).map(({ object }) => object.urn));

/** What of the cluster's objects is not as it should be, with the state in clear, where there is a cluster. */
async function driftIn(
  { store, say, directory }: Recovery,
  { resources = [] }: Deployment,
): Promise<{ readonly drift: readonly ObjectDrift[]; readonly inClear?: Deployment }> {
  // One that is being restored has no API that could be asked, and its objects are taken over when it has.
  const isThere = resources.some(({ type }) => type.startsWith("kubernetes:")) && !isStaged(directory);
  if (!isThere) return { drift: [] };
  const { deployment: inClear } = await store.readWithSecrets();
  const seen = await objectDrift(inClear);
  if (seen !== undefined) return { drift: seen.drift, inClear };
  say("The cluster's API does not answer: what was changed in it by hand is not looked for");
  return { drift: [] };
}

/** Clears locks, processes and files of runs that are over; says whether there were any. */
async function clearTraces({ store, stack, directory, say }: Recovery): Promise<boolean> {
  const locks = store.locks === undefined ? 0 : clearLocks(store.locks, stack, directory, say);
  if (anyEngineLives(directory)) {
    if (store.locks !== undefined) return false;
    throw new AnotherRunLives(`Another run of ${stack} goes on: wait for it, and run this again`);
  }
  const processes = await endOrphans(directory, say);
  store.removeHalfWritten();
  if (locks + processes === 0) return false;
  removeTemporaryFiles(directory);
  return true;
}

/** The plugins' kubeconfigs and the like, which only they themselves would have removed. */
function removeTemporaryFiles(directory: string): void {
  const temporary = path.join(directory, "tmp");
  if (!existsSync(temporary)) return;
  for (const entry of readdirSync(temporary)) {
    // Compiled programs, of this very process among others: to lose them would only cost time.
    if (!/^(tsx|ts-node)-/.test(entry)) rmSync(path.join(temporary, entry), { recursive: true, force: true });
  }
}

async function planFor(
  { verb, directory }: Recovery,
  { deployment }: StoredState,
  killed: boolean,
): Promise<Plan | undefined> {
  const downHadBegun = existsSync(path.join(directory, downMarker));
  if (isEmpty({ deployment })) return undefined;
  const settled = killed || (deployment.pending_operations ?? []).length > 0;
  return planRecovery({
    verb,
    deployment,
    // What the daemon was told by a killed plugin it may still be doing.
    seen: settled ? await lookUntilQuiet() : await lookIntoDocker(),
    inAws: await findInAws(deployment),
    downHadBegun,
    isRestored: isStaged(directory),
  });
}

function isEmpty({
  deployment: { resources = [], pending_operations: pending },
}: Pick<StoredState, "deployment">): boolean {
  return !resources.some((each) => dockerKind(each) !== undefined) && (pending ?? []).length === 0;
}

/** Looks until nothing changes any more between two looks. */
async function lookUntilQuiet(): Promise<SeenInDocker> {
  let last = await lookIntoDocker();
  for (let attempt = 0; attempt < 20; attempt++) {
    await sleep(500);
    const now = await lookIntoDocker();
    const isQuiet = describeSeen(now) === describeSeen(last);
    if (isQuiet && !now.containers.some(({ state }) => state === "removing")) return now;
    last = now;
  }
  return last;
}

const describeSeen = ({ containers, volumes, networks }: SeenInDocker): string =>
  JSON.stringify([containers, volumes, networks]);

async function apply(recovery: Recovery, plan: Plan, state: StoredState): Promise<void> {
  const { store, say } = recovery;
  plan.lines.forEach(say);
  // A state elsewhere is written first: that fails while another run, which cannot be seen from here, has its lock.
  // One that is here is written last: when this is killed half-way, it begins again.
  if (store.locks === undefined) await writeState(recovery, plan, state);
  await removeFromDocker(plan.remove);
  await removeSecurityGroups(plan.removeInAws, state.deployment);
  if (plan.start.length > 0) await docker(["container", "start", ...plan.start]);
  if (plan.thaw.length > 0) await docker(["container", "unpause", ...plan.thaw]);
  if (plan.halfMadeInCluster.length > 0) {
    await releaseHalfMade(plan.halfMadeInCluster, (await store.readWithSecrets()).deployment, say);
  }
  if (store.locks !== undefined) await writeState(recovery, plan, state);
}

async function writeState(
  { store, directory, say }: Recovery,
  { changesState, deployment }: Plan,
  state: StoredState,
): Promise<void> {
  if (!changesState) return;
  const backup = path.join(directory, "state-before-recovery.json");
  writeFileSync(backup, JSON.stringify(state), { mode: 0o600 });
  await write(store, { ...state, deployment });
  say(`The state is written anew; what it was is in ${backup}`);
}

async function write(store: StateStore, state: StoredState): Promise<void> {
  try {
    await store.write(state);
  } catch (error) {
    if (String(error).includes("currently locked")) throw new AnotherRunLives(String(error));
    throw error;
  }
}

async function removeFromDocker(objects: readonly DockerObject[]): Promise<void> {
  for (const { kind, id } of objects) {
    try {
      await docker([kind, "rm", ...(kind === "container" ? ["--force"] : []), id]);
    } catch (error) {
      // Docker has taken it away in between.
      if (!/no such|not found|already in progress/i.test(String(error))) throw error;
    }
  }
}

/** What is half taken down cannot be continued: a cluster may have lost its keys and kept its data. */
async function finishDown(recovery: Recovery): Promise<void> {
  recovery.say("A killed run was taking the environment down: finishing that, then beginning from nothing");
  await destroy(recovery);
}
