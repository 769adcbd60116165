import type { Part } from "./parts";

/** How often a long build says that it still goes on, in milliseconds. */
const heartbeatInterval = 30_000;

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

  private say(part: Part, text: string): void {
    const position = String(this.all.indexOf(part) + 1).padStart(String(this.all.length).length);
    this.write(`[${position}/${this.all.length}] ${part.name}: ${text}`);
  }
}

function estimate(part: Part): string {
  return part.coldMinutes <= 1 ? "about a minute cold" : `about ${Math.ceil(part.coldMinutes)} min cold`;
}

/** Seconds as people read them: `42 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
