import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What the engine says of a step.
 * https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/events.go (StepEventMetadata)
 */
interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** The resource as it will be; null for one that goes. */
  readonly new: { readonly custom?: boolean } | null;
}

/** A line of `pulumi up --event-log`; of those that say something else, no field is here. */
export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Step };
  readonly resOutputsEvent?: { readonly metadata: Step };
  /** A line for a person. */
  readonly diagnosticEvent?: { readonly message: string };
}

/** An event, and when it was seen, in milliseconds since 1970: the log's own times are whole seconds. */
export interface TimedEvent {
  readonly at: number;
  readonly event: EngineEvent;
}

/** A resource that was created. Times are in milliseconds since 1970. */
export interface CreatedResource {
  readonly type: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The resources that a plugin made, in the order in which they were begun. Components are nobody's work. */
export function createdResources(events: readonly TimedEvent[]): CreatedResource[] {
  const begun = new Map<string, number>();
  const created = events.flatMap(({ at, event }) => {
    const before = event.resourcePreEvent?.metadata;
    if (before?.op === "create") begun.set(before.urn, at);
    const after = event.resOutputsEvent?.metadata;
    const start = begun.get(after?.urn ?? "");
    if (after?.op !== "create" || after.new?.custom !== true || start === undefined) return [];
    return [{ type: after.type, name: after.urn.split("::").at(-1) ?? after.urn, start, end: at }];
  });
  return created.sort((one, other) => one.start - other.start);
}

const look = 20;

/** Reads an event log while it is written, so that each event has a time finer than the log's own. */
export class EventLogFollower {
  private readonly events: TimedEvent[] = [];
  private readonly done: Promise<void>;
  private ended = false;
  private rest = Buffer.alloc(0);
  private position = 0;

  constructor(private readonly file: string) {
    this.done = this.follow();
  }

  /** Call it when the log is complete; gives all its events. */
  async end(): Promise<readonly TimedEvent[]> {
    this.ended = true;
    await this.done;
    return this.events;
  }

  private async follow(): Promise<void> {
    for (;;) {
      const last = this.ended;
      if (existsSync(this.file)) this.readMore();
      if (last) return;
      await sleep(look);
    }
  }

  private readMore(): void {
    const at = Date.now();
    const lines = Buffer.concat([this.rest, this.newBytes()]);
    const end = lines.lastIndexOf("\n") + 1;
    this.rest = lines.subarray(end);
    for (const line of lines.subarray(0, end).toString("utf8").split("\n")) {
      if (line !== "") this.events.push({ at, event: JSON.parse(line) as EngineEvent });
    }
  }

  private newBytes(): Buffer {
    const file = openSync(this.file, "r");
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(2 ** 16);
        const length = readSync(file, chunk, 0, chunk.length, this.position);
        if (length === 0) return Buffer.concat(chunks);
        this.position += length;
        chunks.push(chunk.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
  }
}
