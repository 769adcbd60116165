// Nightly (`make test-clusters`): 4 minutes. Of it, `make test` has a machine that is lost, in tests/e2e/roll.test.ts.
import { docker } from "../../toolchain/recover/docker";
import { eventually, TestEnvironment } from "../support/test-environment";

const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }] });
const seconds = (count: number): number => count * 1000;

const container = (name: string): string => `slipway-${environment.name}-${name}`;

/** A target's output; fails the test with it when the target fails. */
async function make(target: string): Promise<string> {
  const { output, failed } = await environment.make(target);
  expect(failed ? output : "").toBe("");
  return output;
}

/** How long a preview took to say a line, and all that it said. */
async function preview(): Promise<{ output: string; took: number }> {
  const start = Date.now();
  const output = await make("preview");
  return { output, took: Date.now() - start };
}

beforeAll(async () => {
  await make("up");
}, seconds(600));

afterAll(async () => {
  if (!process.env.KEEP) await environment.make("down");
}, seconds(300));

describe("machines that went from under their environment", () => {
  it(
    "are named by a preview, at once, which changes nothing",
    async () => {
      await docker(["container", "rm", "--force", container("control-plane-0"), container("worker-0")]);
      for (let time = 0; time < 2; time++) {
        const { output, took } = await preview();
        expect(output).toContain("The machine control-plane-0 is gone from Docker: `make up` makes it anew");
        expect(output).toContain("The machine worker-0 is gone from Docker: `make up` makes it anew");
        expect(output).toMatch(/\+ +.*Container +.*worker-0 +create/);
        expect(took).toBeLessThan(seconds(60));
      }
    },
    seconds(180),
  );

  it(
    "are made anew by `make up`, over the cluster's own data",
    async () => {
      const output = await make("up");
      expect(output).toContain("The machine control-plane-0 is gone from Docker: made anew");
      expect(output).not.toMatch(/kubernetes:\S+ +\S+ +creat/);
      // The machines are ready nodes; their pods start again a moment later.
      await eventually(
        60,
        () => environment.shopStatus(),
        (status) => status === 200,
      );
      const again = await environment.pulumi("up", "--yes", "--expect-no-changes");
      expect(again.failed ? again.output : "").toBe("");
    },
    seconds(400),
  );

  it(
    "are started by `make up` where they are only stopped",
    async () => {
      await docker(["container", "stop", "--time", "1", container("worker-0")]);
      const { output } = await preview();
      expect(output).toContain("The machine worker-0 is stopped");
      expect(await make("up")).toContain("The machine worker-0 is stopped: started");
      await eventually(
        60,
        () => environment.shopStatus(),
        (status) => status === 200,
      );
    },
    seconds(400),
  );

  it(
    "do not keep `make down` from succeeding, nor do their disks and their network",
    async () => {
      await docker([
        "container",
        "rm",
        "--force",
        ...["control-plane-0", "load-balancer", "registry"].map(container),
      ]);
      await docker(["volume", "rm", container("control-plane-0")]);
      const start = Date.now();
      await make("down");
      expect(Date.now() - start).toBeLessThan(seconds(60));
      expect(await environment.leftovers()).toEqual([]);
    },
    seconds(180),
  );
});
