import type { TimedEvent } from "../timeline";

/** What a run said, and when, in milliseconds since 1970. */
export interface Said {
  readonly at: number;
  readonly text: string;
}

/** The lines that the program of a run said for a person. */
export function saidIn(events: readonly TimedEvent[]): Said[] {
  return events.flatMap(({ at, event }) => {
    // Colours stand in it as the engine's own marks.
    const text = event.diagnosticEvent?.message.replaceAll(/<\{%.*?%\}>/g, "").trim();
    return text === undefined ? [] : [{ at, text }];
  });
}

/**
 * Seconds from one line to the first one of another text after it.
 * @throws Error when they were not said in this order
 */
export function secondsBetween(said: readonly Said[], from: string, to: string): number {
  const begin = said.find(({ text }) => text.startsWith(from));
  const end = begin && said.find(({ at, text }) => at >= begin.at && text.startsWith(to));
  if (begin === undefined || end === undefined) throw new Error(`it did not say "${from}", then "${to}"`);
  return (end.at - begin.at) / 1000;
}
