import { setTimeout as sleep } from "node:timers/promises";

import { type BootReport, readBootReport } from "./console";

/** A Node as the cluster's API shows it. */
export interface NodeStatus {
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not ready, in the kubelet's words; empty when it is. */
  readonly message: string;
}

export interface ReadinessOptions {
  /** Machines that are to become nodes, by name. */
  readonly machines: readonly string[];
  /** All that a machine has printed on its console. */
  readonly readConsole: (machine: string) => Promise<string>;
  /** The cluster's nodes; throws while the API does not answer. */
  readonly listNodes: () => Promise<NodeStatus[]>;
  /** Told once of every change, one line each. */
  readonly report: (message: string) => void;
  /** How long all machines together may take. */
  readonly timeoutSeconds: number;
  /** How often to look, in milliseconds. */
  readonly intervalMilliseconds: number;
}

/** One machine's way to a ready node, at one moment. */
interface MachineState {
  readonly machine: string;
  readonly boot: BootReport;
  readonly node: NodeStatus | undefined;
}

const indent = (lines: readonly string[]): string => lines.map((line) => `\n    ${line}`).join("");

const describe = ({ boot, node }: MachineState): string => {
  if (node === undefined) {
    return boot.step;
  }
  // Why it is not yet changes often and is long; it is told when the time is over.
  return node.ready ? "node is ready" : "node is not ready yet";
};

const failure = ({ machine, boot }: MachineState): string =>
  `machine ${machine} failed at: ${boot.step}${indent(boot.log)}`;

const stillWaiting = (state: MachineState): string =>
  `machine ${state.machine} is still at: ${describe(state)}` +
  indent([...state.boot.log, ...(state.node ? [state.node.message] : [])]);

/**
 * Watches machines become nodes. Two moments matter to others: the API answers, and every node is ready. Both promises
 * reject with what went wrong on which machine, in its own words, as soon as one gives up or time runs out.
 */
export interface Readiness {
  /** Resolves when the API answers the administrator. */
  readonly api: Promise<void>;
  /** Resolves with the nodes when every machine is a ready node. */
  readonly nodes: Promise<NodeStatus[]>;
}

async function nodesByName(
  listNodes: () => Promise<NodeStatus[]>,
): Promise<Map<string, NodeStatus> | undefined> {
  try {
    return new Map((await listNodes()).map((node) => [node.name, node]));
  } catch {
    // No answer yet: the machines' consoles say why.
    return undefined;
  }
}

async function bootReport(
  machine: string,
  readConsole: (machine: string) => Promise<string>,
): Promise<BootReport> {
  try {
    return readBootReport(await readConsole(machine));
  } catch (error) {
    // A machine that is still being made, or whose host does not answer: said, and looked at again.
    return { step: `no console yet: ${String(error)}`, failed: false, joined: false, log: [] };
  }
}

/** Tells each machine's state when it changes, not each time that it is looked at. */
function changeReporter(report: (message: string) => void): (states: readonly MachineState[]) => void {
  const last = new Map<string, string>();
  return (states) => {
    for (const state of states) {
      const now = describe(state);
      if (last.get(state.machine) !== now) {
        last.set(state.machine, now);
        report(`${state.machine}: ${now}`);
      }
    }
  };
}

/**
 * Watches machines become nodes. Both promises reject with what went wrong on which machine, in the machine's own
 * words, as soon as one of them gives up or the time is over.
 */
export function watchReadiness(options: ReadinessOptions): Readiness {
  let apiAnswers: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    apiAnswers = resolve;
  });
  const nodes = watchNodes(options, apiAnswers);
  // Whichever comes first: an answer, or the news that none will come.
  return { api: Promise.race([answered, nodes.then(() => undefined)]), nodes };
}

async function watchNodes(options: ReadinessOptions, apiAnswers: () => void): Promise<NodeStatus[]> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  const reportChanges = changeReporter(options.report);
  for (;;) {
    const nodes = await nodesByName(options.listNodes);
    if (nodes) {
      apiAnswers();
    }
    const states = await Promise.all(
      options.machines.map(async (machine): Promise<MachineState> => {
        const node = nodes?.get(machine);
        return { machine, boot: await bootReport(machine, options.readConsole), node };
      }),
    );
    reportChanges(states);
    const ready = states.flatMap(({ node }) => (node?.ready ? [node] : []));
    if (ready.length === states.length) {
      return ready;
    }
    const failed = states.filter(({ boot, node }) => boot.failed && !node?.ready);
    if (failed.length > 0) {
      throw new Error(failed.map(failure).join("\n  "));
    }
    if (Date.now() > deadline) {
      const late = states.filter(({ node }) => !node?.ready);
      throw new Error(
        `not all machines became ready nodes within ${options.timeoutSeconds} s:\n  ` +
          late.map(stillWaiting).join("\n  "),
      );
    }
    await sleep(options.intervalMilliseconds);
  }
}
