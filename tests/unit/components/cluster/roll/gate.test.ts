import { passGate } from "../../../../../components/cluster/roll/gate";

/** Looks at what is wrong, one list after the other; the last one stays. */
const looks = (...lists: string[][]): (() => Promise<string[]>) => {
  const rest = [...lists];
  return () => Promise.resolve((rest.length > 1 ? rest.shift() : rest[0]) ?? []);
};

const options = (problems: () => Promise<string[]>, lines: string[] = []) => ({
  problems,
  timeoutSeconds: 0.2,
  report: (line: string): void => {
    lines.push(line);
  },
  signal: new AbortController().signal,
  intervalMilliseconds: 10,
});

describe("a gate", () => {
  it("opens when nothing is wrong, and says what it waited for, each thing once", async () => {
    const lines: string[] = [];
    await passGate(options(looks(["a is down"], ["a is down"], ["b is down"], []), lines));
    expect(lines).toEqual(["waiting: a is down", "waiting: b is down"]);
  });

  it("stays shut until nothing has been wrong for as long as it was told", async () => {
    let asked = 0;
    const problems = (): Promise<string[]> => Promise.resolve(++asked === 3 ? ["flaps"] : []);
    await passGate({ ...options(problems), stableSeconds: 0.05 });
    // Two good looks, the bad one, and then five times ten milliseconds.
    expect(asked).toBeGreaterThan(6);
  });

  it("names everything that is wrong when the time is over", async () => {
    await expect(passGate(options(looks(["a is down", "b is down"])))).rejects.toThrow(
      "not healthy after 0.2 s:\n  a is down\n  b is down",
    );
  });

  it("ends at once when something else has failed", async () => {
    const abort = new AbortController();
    const gate = passGate({ ...options(looks(["a is down"])), timeoutSeconds: 60, signal: abort.signal });
    abort.abort(new Error("worker-0 failed"));
    await expect(gate).rejects.toThrow();
  });
});
