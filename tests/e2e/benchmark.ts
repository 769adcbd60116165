import { controls } from "../support/cis";
import { RunningCluster } from "../support/cis/control";
import type { TestEnvironment } from "../support/test-environment";

/** Whether each control of the CIS Kubernetes benchmark holds in a running environment of which docs/cis.md says so. */
export function describeBenchmark(environment: TestEnvironment): void {
  describe("the CIS benchmark", () => {
    const cluster = new RunningCluster(environment);
    const held = controls.flatMap(({ number, asks, check }) =>
      check === undefined ? [] : [{ number, asks, check }],
    );
    it.each(held)("$number holds: $asks", async ({ check }) => {
      await check(cluster);
    });
  });
}
