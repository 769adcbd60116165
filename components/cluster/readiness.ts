import { setTimeout as sleep } from "node:timers/promises";

import { type BootReport, readBootReport } from "./console";
import { plainFailure } from "./failure";
import type { Nodes, NodeStatus } from "./nodes";
import { type Settled, settled } from "./roll/settled";

export interface ReadinessOptions {
  /** Machines that are to become nodes, by name. */
  readonly machines: readonly string[];
  /** All that a machine has printed on its console. */
  readonly readConsole: (machine: string) => Promise<string>;
  /** When a machine began to run. */
  readonly startedAt: (machine: string) => Promise<Date>;
  readonly nodes: Nodes;
  /** Brings a machine what it asks for. Default: nothing. */
  readonly admit?: (machine: string) => Promise<void>;
  /** Told once of every change, one line each. */
  readonly report: (message: string) => void;
  /** How long a machine may take, counted from the last one that was made. */
  readonly timeoutSeconds: number;
  /** How often to look, in milliseconds. */
  readonly intervalMilliseconds: number;
  /** How often to read a machine's console, which costs more than a look at the API. Default: at every look. */
  readonly consoleIntervalMilliseconds?: number;
  /** How long to say nothing while nothing changes. Default 20. */
  readonly reminderSeconds?: number;
  /** How long one look at the API may take. Default 5. */
  readonly lookSeconds?: number;
  /** What a person can do when the API does not answer from here. Default: nothing is said. */
  readonly advice?: string | undefined;
}

/** One machine's way to a ready node, at one moment. */
interface MachineState {
  readonly machine: string;
  readonly boot: BootReport;
  readonly node: NodeStatus | undefined;
  /**
   * Its node is ready, and this machine's kubelet says so, not that of an earlier machine of its name; and nothing is left
   * to do: a control plane's node is ready before etcd and the API server are on it.
   */
  readonly ready: boolean;
}

const indent = (lines: readonly string[]): string => lines.map((line) => `\n    ${line}`).join("");

const describe = ({ boot, node, ready }: MachineState): string => {
  if (ready) {
    return "node is ready";
  }
  // Why it is not yet changes often and is long; it is told when the time is over.
  return node === undefined || (node.ready && boot.busy) ? boot.step : "node is not ready yet";
};

const failure = ({ machine, boot }: MachineState): string =>
  `machine ${machine} failed at: ${boot.step}${indent(boot.log)}`;

const stillWaiting = (state: MachineState): string =>
  `machine ${state.machine} is still at: ${describe(state)}` +
  indent([...state.boot.log, ...(state.node ? [state.node.message] : [])]);

/**
 * Watches machines become nodes. Its promises reject with what went wrong on which machine, in the machine's own words,
 * as soon as one of them gives up or the time is over.
 */
export interface Readiness {
  /** Resolves when the API answers the administrator. */
  readonly api: Promise<void>;
  /** Call it when the machine has been made: from then on it is watched. Resolves when it is a ready node. */
  node(machine: string): Promise<void>;
  /** Ends the watch, as something else has failed: all that waits for it rejects with the reason. */
  stop(reason: unknown): void;
}

/** No machine has this name. */
const apiTopic = "the API";

/** What a promise gives, or an error when it takes longer. */
async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${seconds} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
    promise.catch(() => undefined);
  }
}

/** Begins to watch. It goes on until every one of the machines has been made and is a ready node. */
export function watchReadiness(options: ReadinessOptions): Readiness {
  const watch = new Watch(options);
  return {
    api: watch.api.promise,
    node: (machine) => watch.begin(machine),
    stop: (reason) => {
      watch.stop(reason);
    },
  };
}

class Watch {
  readonly api = settled<undefined>();
  private readonly nodes: ReadonlyMap<string, Settled<undefined>>;
  private readonly made = new Set<string>();
  private readonly ready = new Set<string>();
  private readonly told = new Map<string, string>();
  private readonly boots = new Map<string, { readonly report: BootReport; readonly readAt: number }>();
  private readonly end = new AbortController();
  private deadline = Infinity;
  private lastTold = Date.now();
  /** Why the API does not answer; undefined when it does. */
  private silence: string | undefined;

  constructor(private readonly options: ReadinessOptions) {
    this.nodes = new Map(options.machines.map((machine) => [machine, settled<undefined>()]));
    this.untilAllAreReady().catch((error: unknown) => {
      this.stop(plainFailure(error));
    });
  }

  stop(reason: unknown): void {
    this.end.abort(reason);
    for (const each of [this.api, ...this.nodes.values()]) each.reject(reason);
  }

  begin(machine: string): Promise<void> {
    this.made.add(machine);
    this.deadline = Date.now() + this.options.timeoutSeconds * 1000;
    return this.nodes.get(machine)?.promise ?? Promise.reject(new Error(`${machine} is not watched`));
  }

  private async untilAllAreReady(): Promise<void> {
    for (;;) {
      const nodes = await this.nodesByName();
      const waiting = [...this.made].filter((machine) => !this.ready.has(machine));
      const states = await Promise.all(waiting.map((machine) => this.look(machine, nodes?.get(machine))));
      states.forEach((state) => {
        this.tell(state);
      });
      for (const state of states.filter(({ ready }) => ready)) await this.settle(state);
      if (this.ready.size === this.nodes.size) return;
      const late = states.filter(({ ready }) => !ready);
      this.throwIfHopeless(late);
      this.tellSilence(late);
      this.remind(late);
      await sleep(this.options.intervalMilliseconds, undefined, { signal: this.end.signal });
    }
  }

  private async nodesByName(): Promise<Map<string, NodeStatus> | undefined> {
    try {
      // What accepts a connection and never answers must not keep us from saying so.
      const seen = await within(this.options.lookSeconds ?? 5, this.options.nodes.list());
      this.api.resolve(undefined);
      this.silence = undefined;
      return new Map(seen.map((node) => [node.name, node]));
    } catch (error) {
      // No answer yet: the machines' consoles say why.
      this.silence = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /** Machines that have joined once and an API that does not answer: this is no first boot, and nobody would say why. */
  private tellSilence(late: readonly MachineState[]): void {
    const joined = late.filter(({ boot }) => boot.joined).map(({ machine }) => machine);
    if (this.silence === undefined || joined.length === 0 || this.told.has(apiTopic)) return;
    this.say(
      apiTopic,
      `the API does not answer, though ${joined.join(", ")} joined before: ${this.silence}${this.advice}`,
    );
  }

  /** Says what it waits for, when it has said nothing for a while. */
  private remind(late: readonly MachineState[]): void {
    if (late.length === 0 || Date.now() - this.lastTold < (this.options.reminderSeconds ?? 20) * 1000) return;
    const waits = late.map((state) => `${state.machine}: ${describe(state)}`);
    const left = Math.max(0, Math.round((this.deadline - Date.now()) / 1000));
    this.lastTold = Date.now();
    this.options.report(`still waiting, for ${left} s at most: ${[...this.silences(), ...waits].join("; ")}`);
  }

  /** That the API does not answer, if so, and what to do. */
  private silences(): string[] {
    return this.silence === undefined ? [] : [`the API does not answer: ${this.silence}${this.advice}`];
  }

  private get advice(): string {
    const { advice } = this.options;
    return advice === undefined ? "" : `; ${advice}`;
  }

  private async look(machine: string, node: NodeStatus | undefined): Promise<MachineState> {
    const [boot, ready] = await Promise.all([this.bootReport(machine, node), this.isReady(machine, node)]);
    return { machine, boot, node, ready: ready && !boot.busy };
  }

  /** A machine that has joined as a node has no more to say: its console is not read again. */
  private async bootReport(machine: string, node: NodeStatus | undefined): Promise<BootReport> {
    const last = this.boots.get(machine);
    const now = Date.now();
    // With a ready node only the console's last word is waited for.
    const interval = node?.ready ? 0 : (this.options.consoleIntervalMilliseconds ?? 0);
    const isFresh = last !== undefined && now - last.readAt < interval;
    if (isFresh || (node && last?.report.joined)) return last.report;
    const report = await this.readConsole(machine);
    this.boots.set(machine, { report, readAt: now });
    if (report.isAsking) await this.admit(machine);
    return report;
  }

  /** What fails is tried again at the next look at its console. */
  private async admit(machine: string): Promise<void> {
    try {
      await this.options.admit?.(machine);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.say(machine, `${machine}: could not be given the certificate of its kubelet: ${why}`);
    }
  }

  private async readConsole(machine: string): Promise<BootReport> {
    try {
      return readBootReport(await this.options.readConsole(machine));
    } catch (error) {
      // A machine that is still being made, or whose host does not answer: said, and looked at again.
      return { ...readBootReport(""), step: `no console yet: ${String(error)}` };
    }
  }

  /** The API shows a node as ready for most of a minute after its machine is gone: what counts is said since the start. */
  private async isReady(machine: string, node: NodeStatus | undefined): Promise<boolean> {
    if (!node?.ready || node.heartbeat === undefined) return false;
    try {
      const startedAt = await this.options.startedAt(machine);
      return Math.floor(startedAt.getTime() / 1000) <= node.heartbeat.getTime() / 1000;
    } catch {
      return false;
    }
  }

  /** Tells a machine's state when it changes, not each time that it is looked at. */
  private tell(state: MachineState): void {
    const now = describe(state);
    if (this.told.get(state.machine) !== now) this.say(state.machine, `${state.machine}: ${now}`, now);
  }

  private say(topic: string, message: string, now = message): void {
    this.told.set(topic, now);
    this.lastTold = Date.now();
    this.options.report(message);
  }

  private async settle({ machine, node }: MachineState): Promise<void> {
    if (node?.drained && !(await this.options.nodes.welcome(machine))) return;
    this.ready.add(machine);
    this.nodes.get(machine)?.resolve(undefined);
  }

  private throwIfHopeless(late: readonly MachineState[]): void {
    const failed = late.filter(({ boot, node }) => boot.failed && !node?.ready);
    if (failed.length > 0) {
      throw new Error(failed.map(failure).join("\n  "));
    }
    if (late.length > 0 && Date.now() > this.deadline) {
      throw new Error(
        `not all machines became ready nodes within ${this.options.timeoutSeconds} s:\n  ` +
          [...(this.options.advice === undefined ? [] : this.silences()), ...late.map(stillWaiting)].join(
            "\n  ",
          ),
      );
    }
  }
}
