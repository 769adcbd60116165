import { setTimeout as sleep } from "node:timers/promises";

import type { Connection } from "./connect";

/** An etcd member as `etcdctl member list` tells it. */
export interface EtcdMember {
  /** Decimal: it is larger than JavaScript's whole numbers. */
  readonly ID: string;
  /** Of its control plane; empty for one that was added and has never started. */
  readonly name: string;
  /** Whether it still copies the data and has no vote. */
  readonly isLearner?: boolean;
  /** Where it answers; none for one that has never started. */
  readonly clientURLs?: readonly string[];
}

/** Whether etcd's members are well. */
export interface EtcdHealth {
  readonly members: readonly EtcdMember[];
  /** Who does not answer: members' names, or etcdctl's words where it names none; undefined when all answer. */
  readonly unhealthy: string | undefined;
  /** Such as `memberID:1 alarm:NOSPACE`; empty when none is raised. */
  readonly alarms: string;
}

/** What etcd says of itself. */
export interface EtcdState extends EtcdHealth {
  /** Of the member that was asked. */
  readonly database: EtcdDatabase;
}

/** The file that etcd keeps its data in. Sizes are in bytes. */
export interface EtcdDatabase {
  readonly size: number;
  /** What of it is free again and can be given back by `etcdctl defrag`. */
  readonly unused: number;
  /** At this size etcd takes no more writes. */
  readonly quota: number;
}

const folder = "/etc/kubernetes/pki/etcd";
const etcdctl = [
  "etcdctl",
  `--cacert=${folder}/ca.crt`,
  `--cert=${folder}/server.crt`,
  `--key=${folder}/server.key`,
];

/** Runs etcdctl in the etcd pod of a control plane; gives what it printed. */
async function inEtcdPod({ config }: Connection, controlPlane: string, ...args: string[]): Promise<string> {
  const { Exec } = await import("@kubernetes/client-node");
  const { PassThrough } = await import("node:stream");
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let output = "";
  let errors = "";
  stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    new Exec(config)
      .exec(
        ...(["kube-system", `etcd-${controlPlane}`, "etcd"] as const),
        [...etcdctl, ...args],
        stdout,
        stderr,
        null,
        false,
        ({ status, message }) => {
          if (status === "Success") resolve();
          else
            reject(
              new Error(`etcdctl ${args.join(" ")} on ${controlPlane}: ${errors || (message ?? "failed")}`),
            );
        },
      )
      .catch(reject);
  });
  return output;
}

function parseMembers(json: string): EtcdMember[] {
  const { members } = JSON.parse(json.replaceAll(/"ID":(\d+)/g, '"ID":"$1"')) as { members: EtcdMember[] };
  return members;
}

/** What etcd has unless it is told otherwise: https://etcd.io/docs/v3.6/dev-guide/limit/ */
const defaultQuota = 2 * 1024 ** 3;

/** Members before 3.6 do not tell their quota. */
function parseDatabase(json: string): EtcdDatabase {
  const [{ Status: status } = {}] = JSON.parse(json) as { Status?: Record<string, number> }[];
  const { dbSize = 0, dbSizeInUse = dbSize, dbSizeQuota = defaultQuota } = status ?? {};
  return { size: dbSize, unused: dbSize - dbSizeInUse, quota: dbSizeQuota };
}

/**
 * Which members do not answer.
 * @param said of `etcdctl endpoint health`, such as `https://10.0.0.9:2379 is unhealthy: failed to commit proposal: …`
 */
export function silentMembers(said: string, members: readonly EtcdMember[]): string {
  const silent = members.filter(({ clientURLs = [] }) =>
    clientURLs.some((url) => said.includes(`${url} is unhealthy`)),
  );
  if (silent.length > 0) return silent.map(({ name }) => name).join(", ");
  return said.trim().split("\n").at(-1) ?? "";
}

const hexadecimal = ({ ID }: EtcdMember): string => BigInt(ID).toString(16);

/** The control planes whose etcd pods run. */
async function controlPlanesWithEtcd({ api }: Connection): Promise<string[]> {
  const { items } = await api.listNamespacedPod({
    namespace: "kube-system",
    labelSelector: "component=etcd",
    fieldSelector: "status.phase=Running",
  });
  return items.flatMap(({ spec }) => spec?.nodeName ?? []);
}

/** Asks control planes one after the other until one answers. */
async function firstAnswer<T>(
  controlPlanes: readonly string[],
  ask: (controlPlane: string) => Promise<T>,
): Promise<T | undefined> {
  let failure: unknown;
  for (const controlPlane of controlPlanes) {
    try {
      return await ask(controlPlane);
    } catch (error) {
      // One that has just left itself, say: the next one is asked.
      failure = error;
    }
  }
  if (failure !== undefined) throw failure as Error;
  return undefined;
}

/**
 * What etcdctl prints in the pod of whichever control plane answers first.
 * @throws Error with etcdctl's own words when none answers
 */
export async function firstInEtcdPods(connection: Connection, ...args: string[]): Promise<string> {
  return await firstToSay(connection, [], (controlPlane) => inEtcdPod(connection, controlPlane, ...args));
}

/**
 * What etcd says of itself, asked in the pod of whichever control plane answers first.
 * @param except control planes that are not asked, as they are on their way out. Default none.
 * @throws Error with etcdctl's own words when none answers
 */
export async function etcdState(connection: Connection, except: readonly string[] = []): Promise<EtcdState> {
  return await firstToSay(connection, except, async (controlPlane) => {
    const [health, status] = await Promise.all([
      healthBy(connection, controlPlane),
      inEtcdPod(connection, controlPlane, "endpoint", "status", "--write-out=json"),
    ]);
    return { ...health, database: parseDatabase(status) };
  });
}

/** The same of its members alone: each question is a program that starts on a control plane, and a gate asks time and again. */
export async function etcdHealth(connection: Connection): Promise<EtcdHealth> {
  return await firstToSay(connection, [], (controlPlane) => healthBy(connection, controlPlane));
}

async function firstToSay<T>(
  connection: Connection,
  except: readonly string[],
  ask: (controlPlane: string) => Promise<T>,
): Promise<T> {
  const asked = (await controlPlanesWithEtcd(connection)).filter((name) => !except.includes(name));
  const said = await firstAnswer(asked, ask);
  if (said === undefined) throw new Error("no control plane runs etcd");
  return said;
}

async function healthBy(connection: Connection, controlPlane: string): Promise<EtcdHealth> {
  const members = parseMembers(
    await inEtcdPod(connection, controlPlane, "member", "list", "--write-out=json"),
  );
  const [unhealthy, alarms] = await Promise.all([
    inEtcdPod(connection, controlPlane, "endpoint", "health", "--cluster").then(() => undefined, String),
    inEtcdPod(connection, controlPlane, "alarm", "list"),
  ]);
  return {
    members,
    unhealthy: unhealthy === undefined ? undefined : silentMembers(unhealthy, members),
    alarms: alarms.trim(),
  };
}

/** Waits until every etcd member answers: another one may go only then, or the rest may lose its majority. */
async function waitForHealth(
  connection: Connection,
  controlPlane: string,
  timeoutSeconds: number,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    try {
      await inEtcdPod(connection, controlPlane, "endpoint", "health", "--cluster");
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(1000);
    }
  }
}

/**
 * Takes a control plane's etcd out of the cluster, so that its absence does not count against the majority. Nothing is
 * done when it is out already, or the last one, which goes with the cluster itself.
 *
 * @throws Error with etcdctl's own words when the members are not healthy in time, or none of the others can be asked
 */
export async function removeEtcdMember(
  connection: Connection,
  controlPlane: string,
  timeoutSeconds: number,
): Promise<void> {
  const others = (await controlPlanesWithEtcd(connection)).filter((name) => name !== controlPlane);
  await firstAnswer(others, async (other) => {
    const members = parseMembers(await inEtcdPod(connection, other, "member", "list", "--write-out=json"));
    const own = members.find(({ name }) => name === controlPlane);
    if (own === undefined) return;
    await waitForHealth(connection, other, timeoutSeconds);
    await inEtcdPod(connection, other, "member", "remove", hexadecimal(own));
  });
}

/**
 * Makes another member the leader, so that nobody waits for an election when this one stops. Nothing is done where it does
 * not lead, or is the only one.
 */
export async function moveLeadershipAway(connection: Connection, controlPlane: string): Promise<boolean> {
  const members = parseMembers(
    await inEtcdPod(connection, controlPlane, "member", "list", "--write-out=json"),
  );
  const own = members.find(({ name }) => name === controlPlane);
  const heir = members.find(
    ({ name, isLearner }) => name !== controlPlane && name !== "" && isLearner !== true,
  );
  if (own === undefined || heir === undefined) return false;
  const status = await inEtcdPod(connection, controlPlane, "endpoint", "status", "--write-out=json");
  if (!status.includes(`"leader":${own.ID}`)) return false;
  await inEtcdPod(connection, controlPlane, "move-leader", hexadecimal(heir));
  return true;
}
