import { stripVTControlCharacters } from "node:util";

/** What a machine has said of its own boot: the other side of machine-image/rootfs/usr/lib/slipway/bootstrap. */
export interface BootReport {
  /** What it does now, or did last. */
  readonly step: string;
  /** True while it is at a step of its bootstrap. */
  readonly busy: boolean;
  /** True when it gave up at that step. */
  readonly failed: boolean;
  /** True when it says that it became a node. */
  readonly joined: boolean;
  /** True while it waits for the first certificate of its kubelet: `MachinePlatform.admit` brings it. */
  readonly isAsking: boolean;
  /** Lines that help to see why a step failed, oldest first. */
  readonly log: readonly string[];
}

const maxLogLines = 20;
// The second is the message of our own machine image, the first cloud-init's default.
const cloudInitFinished = /Cloud-init v\. \S+ finished|cloud-init finished$/;
const trouble = /warn|error|fail|traceback/i;

/** The step of machine-image/rootfs/usr/lib/slipway/bootstrap.d/join.sh at which somebody has to bring something. */
const asking = "waiting for the certificate of its kubelet";

const startingUp: BootReport = {
  step: "starting up",
  busy: false,
  failed: false,
  joined: false,
  isAsking: false,
  log: [],
};

/** Reads the lines that the bootstrap script wrote; anything else on the console is somebody else's. */
function readBootstrapLine(report: BootReport, line: string): BootReport {
  const [, word, rest = ""] = /slipway: (step|log|failed|joined)(?: (.*))?$/.exec(line) ?? [];
  switch (word) {
    case "step":
      return { ...report, step: rest, busy: true, failed: false, joined: false, isAsking: rest === asking };
    case "log":
      return { ...report, log: [...report.log, rest].slice(-maxLogLines) };
    case "failed":
      return { ...report, step: rest, busy: false, failed: true, isAsking: false };
    case "joined":
      return { ...report, step: "joined", busy: false, failed: false, joined: true, isAsking: false };
    default:
      return report;
  }
}

/** The state of a machine's boot, from all that its console shows. */
export function readBootReport(consoleText: string): BootReport {
  const lines = stripVTControlCharacters(consoleText)
    .split(/\r?\n/)
    .map((line) => line.trim());
  const report = lines.reduce(readBootstrapLine, startingUp);
  const untouched = report.step === startingUp.step;
  if (untouched && lines.some((line) => cloudInitFinished.test(line))) {
    // cloud-init is through and our script never ran: it could not make sense of the document.
    return {
      ...startingUp,
      step: "cloud-init, which ended without starting the bootstrap",
      failed: true,
      log: lines.filter((line) => trouble.test(line)).slice(-maxLogLines),
    };
  }
  return report;
}
