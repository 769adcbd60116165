import * as pulumi from "@pulumi/pulumi";

import { type LiveMachine, type MachinePlatform, roleOf } from "../../machines";
import { patiently, sentence } from "../actions/api-errors";
import { type Connection, connect } from "../actions/connect";
import { type BootReport, readBootReport } from "../console";
import { plainFailure } from "../failure";
import type { Member } from "../members";
import type { Readiness } from "../readiness";
import type { Authority } from "./certificates";
import { type GateOptions, passGate } from "./gate";
import { healthProblems, type HealthScope, workloadProblems } from "./health";
import { failureOf, letGo, type MachineChange, takeAway } from "./machine-change";
import { isControlPlane, type RollPlan, takesAway, type Turn } from "./plan";
import { isRoll, type PlannedRoll, planRoll } from "./planning";
import { type Settled, settled } from "./settled";

/** What a roll is made of. */
export interface RollOptions {
  readonly platform: Pick<
    MachinePlatform,
    "live" | "obstacle" | "readConsole" | "renewCertificates" | "stop"
  >;
  /** In the order of the program. */
  readonly members: readonly Member[];
  /** The wanted Kubernetes version, without a leading `v`. */
  readonly kubernetesVersion: string;
  /** How long machines' certificates are good for, in seconds. */
  readonly certificateSeconds: number;
  /** Takes a line for a person. */
  readonly report: (line: string) => void;
  /** Whether something waits for the control planes to have changed: {@link Roll.controlPlanes}. Default false. */
  readonly isFollowed?: boolean;
}

/** What is known once the program has made its documents. */
export interface RollValues {
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Of each member, in their order. */
  readonly revisions: readonly string[];
  readonly authorities: readonly Authority[];
  /** Watches machines become nodes. */
  readonly readiness: Readiness;
}

/** The same, as far as a preview can know it. */
export interface PreviewValues {
  readonly kubeconfig: string | undefined;
  readonly revisions: readonly (string | undefined)[];
  readonly authorities: readonly Authority[];
}

/** In seconds: how long the API may take to answer, and how long a cluster may be unhealthy before and after a machine's change. */
const patience = { preview: 10, api: 30, slowApi: 300, before: 60, after: 300, workloads: 180 };
/** How long a control plane's pods must have been ready. */
const stableSeconds = 10;
/** How often etcd is asked whether it is. */
const etcdPollMilliseconds = 2500;

/**
 * Lets a stack's machines change one after the other, each behind a gate of health. A machine's inputs wait for its
 * {@link turn}; the engine replaces it then. All that comes before and after runs here, in the program: a state keeps the
 * code of the time when it was written.
 */
export class Roll {
  /** Resolves when every machine has changed that had to, or a preview has said all; rejects with what went wrong. */
  readonly finished: Promise<void>;
  private readonly live: Promise<readonly LiveMachine[]>;
  private readonly turns: ReadonlyMap<string, Settled<undefined>>;
  private readonly made: ReadonlyMap<string, Settled<string>>;
  private readonly values = settled<RollValues>();
  private readonly previewed = settled<undefined>();
  private readonly changedControlPlanes = settled<undefined>();
  private readonly abort = new AbortController();

  /** In a preview nothing has a turn, and only {@link preview} is of use. */
  constructor(private readonly options: RollOptions) {
    const names = options.members.map(({ name }) => name);
    this.turns = new Map(names.map((name) => [name, settled<undefined>()]));
    this.made = new Map(names.map((name) => [name, settled<string>()]));
    this.live = options.platform.live();
    this.live.catch(() => undefined);
    this.finished = pulumi.runtime.isDryRun() ? this.previewed.promise : this.run();
    this.finished.catch((error: unknown) => {
      this.fail(error);
    });
  }

  /** Says what an update would do, in the order in which it would; {@link finished} rejects with every reason why it may not. */
  preview(values: Promise<PreviewValues>): void {
    values
      .then((known) => this.say(known))
      .then(() => {
        this.previewed.resolve(undefined);
      })
      .catch((error: unknown) => {
        this.previewed.reject(error);
      });
  }

  private async say(values: PreviewValues): Promise<void> {
    // What the platform does not answer, its own resources will say.
    const live = await this.live.catch(() => []);
    const planned = await this.planned(live, values, patience.preview);
    for (const line of planned.lines) this.options.report(line);
  }

  /** Resolves when a machine may be made or replaced. */
  turn(machine: string): Promise<void> {
    return settledOf(this.turns, machine).promise;
  }

  /** Resolves when all control planes have changed that had to, and are well. */
  get controlPlanes(): Promise<void> {
    return this.changedControlPlanes.promise;
  }

  /** Tells that the engine has made a machine, or left it as it was. */
  isMade(machine: string, id: string): void {
    settledOf(this.made, machine).resolve(id);
  }

  /** Tells what the roll is planned by. Without it no machine that is there has its turn. */
  begin(values: RollValues): void {
    this.values.resolve(values);
  }

  private fail(error: unknown): void {
    this.abort.abort(error);
    for (const each of [...this.turns.values(), ...this.made.values(), this.changedControlPlanes]) {
      each.reject(error);
    }
    void this.values.promise.then(({ readiness }) => {
      readiness.stop(error);
    });
  }

  private async run(): Promise<void> {
    try {
      const live = await this.live;
      if (live.length === 0) this.release(this.options.members.map(({ name }) => name));
      else await this.changeMachines(live, await this.values.promise);
      this.changedControlPlanes.resolve(undefined);
    } catch (error) {
      throw plainFailure(error);
    }
  }

  private async changeMachines(live: readonly LiveMachine[], values: RollValues): Promise<void> {
    const { plan, lines, connection, unready } = await this.planned(live, values, patience.api);
    for (const line of lines) this.options.report(line);
    if (pulumi.runtime.serialize()) refuseOtherOrder(plan, this.options.members);
    for (const [index, wave] of plan.waves.entries()) {
      await Promise.all(wave.map((turn) => this.prepare(turn, plan, connection)));
      this.release(wave.map(({ machine }) => machine.name));
      // Others are not kept waiting for machines that nobody waits for.
      const rest = plan.waves.slice(index + 1).flat();
      if (rest.length === 0 && !isRoll(plan) && !this.options.isFollowed) break;
      await Promise.all(wave.map((turn) => this.settle(turn, plan, values)));
      if (!rest.some(isControlPlane)) this.changedControlPlanes.resolve(undefined);
    }
    for (const { name } of plan.leaving) await this.takeOut(name, values.kubeconfig);
    if (isRoll(plan)) await this.settleWorkloads(values.kubeconfig, unready);
  }

  /** Waits for what ran before and has moved or restarted. That it does not come up is said: its machine is well. */
  private async settleWorkloads(kubeconfig: string, unready: ReadonlySet<string>): Promise<void> {
    const { api } = await connect(kubeconfig);
    const problems = async (): Promise<string[]> =>
      workloadProblems((await patiently(patience.api, () => api.listPodForAllNamespaces())).items, unready);
    try {
      await passGate({
        problems,
        timeoutSeconds: patience.workloads,
        report: (line) => {
          this.options.report(`roll: ${line}`);
        },
        signal: this.abort.signal,
      });
    } catch (error) {
      this.options.report(`roll: what ran before does not run: ${sentence(error)}`);
    }
  }

  private async planned(
    live: readonly LiveMachine[],
    { kubeconfig, revisions, authorities }: PreviewValues,
    patienceSeconds: number,
  ): Promise<PlannedRoll> {
    const { members, kubernetesVersion, certificateSeconds, platform } = this.options;
    const obstacle = (): Promise<string | undefined> => platform.obstacle?.() ?? Promise.resolve(undefined);
    const longerSeconds = (): Promise<number> =>
      pulumi.runtime.isDryRun() ? Promise.resolve(0) : this.longerSeconds(live);
    const failed = (): Promise<ReadonlySet<string>> => this.failedMachines(live);
    const facts = { live, revisions, kubeconfig, patienceSeconds, longerSeconds, failed, obstacle };
    const certificates = {
      certificateSeconds,
      authorities,
      canRenew: platform.renewCertificates !== undefined,
    };
    const inputs = { members, kubernetesVersion, replaced: machinesToReplace(), ...facts, ...certificates };
    try {
      return await planRoll(inputs);
    } catch (error) {
      throw plainFailure(error);
    }
  }

  /**
   * A control plane that became a node when it booted has an API server: a silent one is slow, as on a host that has too much
   * to do, and without it nothing would stand between the machines.
   */
  private async longerSeconds(live: readonly LiveMachine[]): Promise<number> {
    const controlPlanes = live.filter(({ name }) => roleOf(name) === "control-plane");
    if (!(await this.bootReports(controlPlanes)).some(({ joined }) => joined)) return 0;
    this.options.report(
      `roll: the API does not answer, though there are control planes: waiting for it, ${patience.slowApi} s at most`,
    );
    return patience.slowApi;
  }

  private async failedMachines(live: readonly LiveMachine[]): Promise<ReadonlySet<string>> {
    const reports = await this.bootReports(live);
    return new Set(reports.filter(({ failed }) => failed).map(({ name }) => name));
  }

  /** What machines that run said of their last boot; nothing of one whose console cannot be read. */
  private async bootReports(live: readonly LiveMachine[]): Promise<(BootReport & { name: string })[]> {
    const running = live.filter(({ state }) => state === "running");
    return await Promise.all(
      running.map(async ({ name }) => ({
        ...readBootReport(await this.options.platform.readConsole(name).catch(() => "")),
        name,
      })),
    );
  }

  private release(machines: readonly string[]): void {
    for (const machine of machines) settledOf(this.turns, machine).resolve(undefined);
  }

  /** All that comes before a machine is replaced. */
  private async prepare(turn: Turn, plan: RollPlan, connection: Connection | undefined): Promise<void> {
    const { machine, live, isAway } = turn;
    if (turn.change === "renew") await this.renew(machine.name);
    if (!takesAway(turn)) return;
    try {
      if (connection === undefined) {
        if (live?.state === "running") await this.options.platform.stop(machine.name);
        return;
      }
      // One look: that it lasts, the gate after the machine before this one has seen.
      await this.pass(machine.name, connection, scopeBefore(turn, plan), { timeoutSeconds: patience.before });
      const replacedWith = waveOf(turn, plan);
      const change = { ...this.changeOf(machine.name, isControlPlane(turn), connection), replacedWith };
      if (live?.state === "running") await takeAway(change, live.revision === undefined);
      else if (isAway) this.options.report(`${machine.name}: is stopped, and replaced as it is`);
    } catch (error) {
      throw new Error(failureOf(machine.name, error), { cause: error });
    }
  }

  private async renew(machine: string): Promise<void> {
    this.options.report(`${machine}: signing its certificates anew`);
    try {
      await this.options.platform.renewCertificates?.(machine);
    } catch (error) {
      throw new Error(failureOf(machine, error), { cause: error });
    }
  }

  /** All that comes after a machine was made, or replaced, or left alone. */
  private async settle(turn: Turn, plan: RollPlan, { kubeconfig, readiness }: RollValues): Promise<void> {
    const { machine, live, isAway } = turn;
    const id = await settledOf(this.made, machine.name).promise;
    const isAsBefore = id === live?.id && !(isAway && isRoll(plan));
    if (isAsBefore && turn.change !== "renew") return;
    await readiness.node(machine.name);
    try {
      await this.pass(machine.name, await connect(kubeconfig), scopeAfter(turn, plan), {
        timeoutSeconds: patience.after,
        ...(isControlPlane(turn) && { stableSeconds }),
      });
    } catch (error) {
      throw new Error(failureOf(machine.name, error), { cause: error });
    }
  }

  private async takeOut(machine: string, kubeconfig: string): Promise<void> {
    const connection = await connect(kubeconfig);
    try {
      await letGo(this.changeOf(machine, roleOf(machine) === "control-plane", connection));
    } catch (error) {
      throw new Error(failureOf(machine, error), { cause: error });
    }
  }

  private changeOf(machine: string, isControlPlane: boolean, connection: Connection): MachineChange {
    const { report, platform } = this.options;
    const stop = async (): Promise<void> => {
      await platform.stop(machine);
    };
    return { machine, isControlPlane, connection, stop, report, signal: this.abort.signal };
  }

  private async pass(
    machine: string,
    connection: Connection,
    scope: HealthScope,
    times: Pick<GateOptions, "timeoutSeconds" | "stableSeconds">,
  ): Promise<void> {
    await passGate({
      problems: () => healthProblems(connection, scope),
      ...times,
      ...(scope.controlPlanes.length > 0 && { intervalMilliseconds: etcdPollMilliseconds }),
      report: (line) => {
        this.options.report(`${machine}: ${line}`);
      },
      signal: this.abort.signal,
    });
  }
}

/**
 * Machines that somebody wants made anew, though nothing of them has changed: the names in `SLIPWAY_REPLACE`, with commas
 * between them. It goes with `pulumi up --replace` of what they are, as `make replace` calls it: the engine does not tell a
 * program what it was asked to replace.
 */
function machinesToReplace({ SLIPWAY_REPLACE: names = "" }: NodeJS.ProcessEnv = process.env): Set<string> {
  return new Set(names.split(",").filter((name) => name !== ""));
}

function settledOf<T>(all: ReadonlyMap<string, Settled<T>>, machine: string): Settled<T> {
  const found = all.get(machine);
  if (found === undefined) throw new Error(`${machine} is no machine of this roll`);
  return found;
}

/** Where resources are made strictly one after the other, a machine cannot wait for one that comes later in the program. */
function refuseOtherOrder({ waves }: RollPlan, members: readonly Member[]): void {
  const order = waves.flat().map(({ machine }) => machine.name);
  const isProgramOrder = order.every((name, index) => members[index]?.name === name);
  if (!isProgramOrder) {
    throw new Error(
      `machines have to change in the order ${order.join(", ")}, which --parallel 1 does not allow; run it without`,
    );
  }
}

/** Names of the machines that have their turn together. */
function waveOf(turn: Turn, { waves }: RollPlan): string[] {
  return (waves.find((wave) => wave.includes(turn)) ?? [turn]).map(({ machine }) => machine.name);
}

/** What has to be well before a machine is taken away: all others that are there. */
function scopeBefore(turn: Turn, { waves }: RollPlan): HealthScope {
  const wave = waves.find((each) => each.includes(turn)) ?? [];
  const others = waves.flat().filter((each) => each.live !== undefined && !wave.includes(each));
  const before = others.filter((each) => isBefore(each, turn, waves) || !each.isAway);
  const looksAtEtcd = isControlPlane(turn) && !turn.isAway;
  const controlPlanes = before.filter(isControlPlane).map(({ machine }) => machine.name);
  return {
    nodes: before.map(({ machine }) => machine.name),
    controlPlanes: looksAtEtcd ? controlPlanes : [],
  };
}

/** What has to be well after it: itself, with what runs on it. */
function scopeAfter(turn: Turn, { waves }: RollPlan): HealthScope {
  const { name } = turn.machine;
  if (!isControlPlane(turn)) return { nodes: [name], controlPlanes: [] };
  const there = waves
    .flat()
    .filter((each) => isControlPlane(each) && (each === turn || isBefore(each, turn, waves) || !each.isAway));
  return { nodes: [name], controlPlanes: there.map(({ machine }) => machine.name) };
}

function isBefore(one: Turn, other: Turn, waves: RollPlan["waves"]): boolean {
  const waveOf = (turn: Turn): number => waves.findIndex((wave) => wave.includes(turn));
  return waveOf(one) < waveOf(other);
}
