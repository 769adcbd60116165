/** Ginkgo's heading of a spec's report in its verbose output; the next line is the spec's name. */
const heading = /^[•↺SP] (?:\[(?<state>[A-Z ]+)\] )?\[(?<seconds>\d+)\.\d+ seconds\]$/;

/** Follows Ginkgo's output, and says in one line how each spec ended. */
export class SpecProgress {
  private ended = 0;
  private failed = 0;
  private pending: { state: string; seconds: string } | undefined;

  /**
   * @param total - how many specs there are to run
   * @param say - takes each line
   */
  constructor(
    private readonly total: number,
    private readonly say: (line: string) => void,
  ) {}

  /** Takes one line of the output. */
  line(text: string): void {
    if (this.pending === undefined) {
      const { state = "passed", seconds } = heading.exec(text)?.groups ?? {};
      if (seconds !== undefined) this.pending = { state: state.toLowerCase(), seconds };
      return;
    }
    const { state, seconds } = this.pending;
    this.pending = undefined;
    this.ended += 1;
    if (state !== "passed" && state !== "skipped") this.failed += 1;
    const position = String(this.ended).padStart(String(this.total).length);
    const failures = this.failed > 0 ? `, ${this.failed} failed so far` : "";
    // The name's labels come once more behind it.
    const name = text.replace(/ \[[^\]]*\]$/, "");
    this.say(`[${position}/${this.total}${failures}] ${state} in ${seconds} s: ${name}`);
  }
}
