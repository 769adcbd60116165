/** What a run of the suite is asked for. */
export interface Settings {
  /** Regular expression that a spec's whole name must match somewhere. Default: all. */
  readonly focus: string;
  /** Ginkgo's expression over the specs' labels. Default: `Conformance`. */
  readonly labels: string;
  /** How many specs run at once; those labelled Serial run alone at the end. Default: 4. */
  readonly processes: number;
  /** An environment that is up already; without one the run makes its own and takes it down. */
  readonly environment?: string;
}

const defaultProcesses = 4;

/**
 * Reads `FOCUS`, `LABELS`, `PROCS` and `ENV`.
 *
 * @throws Error that names the one that is wrong, its value and what would be right
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const { FOCUS: focus = "", LABELS: labels, PROCS: processes, ENV: environment } = variables;
  return {
    focus: checkedExpression(focus),
    labels: labels?.trim() ? labels : "Conformance",
    processes: processes ? checkedCount(processes) : defaultProcesses,
    ...(environment ? { environment } : {}),
  };
}

function checkedExpression(focus: string): string {
  if (/[$`'"\p{Cc}]/u.test(focus)) {
    throw new Error(
      `FOCUS is ${JSON.stringify(focus)}; write it without $, quotes and backquotes, which make refuses`,
    );
  }
  try {
    new RegExp(focus);
    return focus;
  } catch (cause) {
    throw new Error(
      `FOCUS is "${focus}", which is no regular expression (${(cause as Error).message}); ` +
        'write one that matches names of specs, as in FOCUS="sig-network.*DNS"',
      { cause },
    );
  }
}

function checkedCount(processes: string): number {
  if (!/^[1-9]\d?$/.test(processes)) {
    throw new Error(`PROCS is "${processes}"; write how many specs run at once, from 1 to 99`);
  }
  return Number(processes);
}
