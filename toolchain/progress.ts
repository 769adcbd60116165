import type { Part } from "./parts";
import type { FetchState } from "./release/fetch-part";

/** How often a long build says that it still goes on, in milliseconds. */
const heartbeatInterval = 30_000;

/** How often a long download says how far it is, in milliseconds. */
const fetchInterval = 5000;

/** Writes the lines that tell how far building is. */
export class Progress {
  /**
   * @param all - the parts to build, in their order
   * @param write - takes each line, without its end
   */
  constructor(
    private readonly all: readonly Part[],
    private readonly write: (line: string) => void,
  ) {}

  /** A part was there already. */
  ready(part: Part): void {
    this.say(part, "ready (cached)");
  }

  /** A part is being built by another process. */
  waiting(part: Part, holder: string): void {
    this.say(part, `waiting for process ${holder}, which builds it`);
  }

  /** Building a part begins; returns the function that ends the heartbeat. */
  building(part: Part): () => void {
    const next = this.all[this.all.indexOf(part) + 1];
    const outlook = next ? `next: ${next.name}, ${estimate(next)}` : "the last one";
    this.say(part, `building, ${estimate(part)} (${outlook})`);
    const start = Date.now();
    const heartbeat = setInterval(() => {
      this.say(part, `still building, ${duration((Date.now() - start) / 1000)} so far`);
    }, heartbeatInterval);
    return () => {
      clearInterval(heartbeat);
    };
  }

  /** A part was built. */
  built(part: Part, wallSeconds: number, cpuSeconds: number): void {
    this.say(part, `built in ${duration(wallSeconds)} (${duration(cpuSeconds)} of CPU time)`);
  }

  /** Fetching a part begins; returns what takes how far it is. */
  fetching(part: Part): (state: FetchState) => void {
    let said = "";
    let saidAt = 0;
    return ({ name, number, count, done, total }) => {
      const begins = name !== said;
      if (!begins && Date.now() - saidAt < fetchInterval) return;
      [said, saidAt] = [name, Date.now()];
      const position = count > 1 ? ` (${number} of ${count})` : "";
      this.say(part, `fetching ${name}${position}, ${amount(done, total)}`);
    };
  }

  /** A part was fetched. */
  fetched(part: Part, seconds: number): void {
    this.say(part, `fetched and checked in ${duration(seconds)}`);
  }

  private say(part: Part, text: string): void {
    const position = String(this.all.indexOf(part) + 1).padStart(String(this.all.length).length);
    this.write(`[${position}/${this.all.length}] ${part.name}: ${text}`);
  }
}

function estimate(part: Part): string {
  return part.coldMinutes <= 1 ? "about a minute cold" : `about ${Math.ceil(part.coldMinutes)} min cold`;
}

/** How much of a download is there: `12 of 57 MB`. */
function amount(done: number, total: number | undefined): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
  return `${megabytes(done)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`;
}

/** Seconds as people read them: `42 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
