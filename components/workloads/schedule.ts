import type * as k8s from "@pulumi/kubernetes";
import type { Problems } from "../checks";

/** When something runs again and again. */
export interface Schedule {
  /**
   * Minute, hour, day of the month, month and day of the week, as in `30 3 * * *` or `0 6 * * MON-FRI`; or `@hourly`,
   * `@daily`, `@weekly`, `@monthly` or `@yearly`.
   */
  readonly schedule: string;
  /** Whose clock: a name of the IANA database such as `Europe/Berlin`. Default `Etc/UTC`. */
  readonly timeZone?: string;
  /** Seconds after its time in which a run may still begin, 10 to 86400; it is left out then. Default 600. */
  readonly startWithinSeconds?: number;
  /** How many runs that have ended are there to look at, from 0. Default 3 that succeeded and 3 that failed. */
  readonly history?: {
    /** Of those that succeeded. */
    readonly succeeded?: number;
    /** Of those that failed. */
    readonly failed?: number;
  };
}

/** A CronJob's part of its specification. */
export function scheduleSpec({
  schedule,
  timeZone = "Etc/UTC",
  startWithinSeconds = 600,
  history: { succeeded = 3, failed = 3 } = {},
}: Schedule): Omit<k8s.types.input.batch.v1.CronJobSpec, "jobTemplate"> {
  return {
    schedule,
    timeZone,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: startWithinSeconds,
    successfulJobsHistoryLimit: succeeded,
    failedJobsHistoryLimit: failed,
  };
}

export function checkSchedule(
  problems: Problems,
  { schedule, timeZone, startWithinSeconds, history = {} }: Schedule,
): void {
  const times = 'give minute, hour, day, month and weekday such as "30 3 * * *", or "@daily"';
  problems.expect(isSchedule(schedule), "schedule", schedule, times);
  const zone = 'give a name of the IANA database such as "Europe/Berlin"';
  problems.expect(timeZone === undefined || isTimeZone(timeZone), "timeZone", timeZone, zone);
  problems.expectWhole("startWithinSeconds", startWithinSeconds, 10, 86_400);
  problems.expectWhole("history.succeeded", history.succeeded, 0, Infinity);
  problems.expectWhole("history.failed", history.failed, 0, Infinity);
}

interface Field {
  readonly least: number;
  readonly most: number;
  /** What values may be called, from {@link least} on. */
  readonly names: readonly string[];
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The fields that the CronJob controller reads: https://pkg.go.dev/github.com/robfig/cron/v3#ParseStandard */
const fields: readonly Field[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: weekdays },
];

/** Whether a CronJob can have it. */
export function isSchedule(text: string): boolean {
  if (/^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/.test(text)) return true;
  const parts = text.split(" ");
  return parts.length === fields.length && fields.every((field, index) => isField(parts[index] ?? "", field));
}

function isField(text: string, field: Field): boolean {
  return text.split(",").every((range) => {
    const [, values] = /^([^/]+)(?:\/([1-9]\d{0,3}))?$/.exec(range) ?? [];
    if (values === undefined) return false;
    if (values === "*" || values === "?") return true;
    const [first = "", last = first, ...more] = values.split("-");
    const [from, to] = [valueOf(first, field), valueOf(last, field)];
    return more.length === 0 && from <= to;
  });
}

/** NaN where it is none, which is not less than, and not equal to, anything. */
function valueOf(text: string, { least, most, names }: Field): number {
  const name = names.indexOf(text.toUpperCase());
  const value = name >= 0 ? name + least : /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : NaN;
}

/** Kubernetes finds a zone by its file's name, so that `europe/berlin`, which JavaScript takes, is none. */
function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    return /^[A-Z]/.test(name) && (timeZone === name || timeZone.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}
