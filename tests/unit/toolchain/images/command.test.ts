import { interruptCommands, run } from "../../../../toolchain/images/command";

describe("run", () => {
  it("gives what a command prints", async () => {
    expect(await run(["printf", "one\ntwo\n\n"])).toBe("one\ntwo");
  });

  it("gives one command's output to another", async () => {
    expect(await run(["tr", "a-z", "A-Z"], ["printf", "%s and %s", "a b", "c"])).toBe("A B AND C");
  });

  it("fails with the last lines that the command printed, of both its outputs", async () => {
    const script = "for i in $(seq 100); do echo line $i; done; echo the reason >&2; exit 3";
    const failure = run(["sh", "-c", script]);
    await expect(failure).rejects.toThrow(/^sh -c ended with code 3:\n(.*\n)*\s+line 100\n\s+the reason$/);
    await expect(failure).rejects.not.toThrow(/line 50\n/);
  });

  it("fails when the command that gives the input does", async () => {
    await expect(run(["cat"], ["sh", "-c", "echo no such archive >&2; exit 2"])).rejects.toThrow(
      "no such archive",
    );
  });

  it("fails when a command is not installed", async () => {
    await expect(run(["slipway-no-such-program"])).rejects.toThrow("slipway-no-such-program");
  });
});

describe("interruptCommands", () => {
  it("ends both ends of a pipeline", async () => {
    const start = Date.now();
    const interrupted = expect(run(["sleep", "60"], ["sleep", "60"])).rejects.toThrow(
      "sleep 60 ended with a signal",
    );
    // A process exists once spawn has returned.
    interruptCommands();
    await interrupted;
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});
