import { drawTimeline } from "./draw";
import { type Recording, timelineRows } from "./rows";

export { createdResources, EventLogFollower, type TimedEvent } from "./event-log";
export type { Recording } from "./rows";

/** The picture of one `pulumi up`: where its time went, by type of resource and by machine. An SVG document. */
export function timeline(recording: Recording): string {
  const seconds = ((recording.end - recording.begin) / 1000).toFixed(0);
  return drawTimeline(`pulumi up from nothing: ${seconds} s`, timelineRows(recording));
}
