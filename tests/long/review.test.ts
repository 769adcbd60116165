// Nightly (`make test-clusters`): it runs all of `make lint`, which `make test` has run already.
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

import { TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

describe("make review", () => {
  // On a stack without a resource: no cluster is needed to preview one.
  const environment = new TestEnvironment({});

  afterAll(async () => {
    await environment.destroy();
  }, minutes(2));

  it(
    "writes a report on the whole environment, and prints its path last",
    async () => {
      const { output, failed } = await environment.make("review");
      const file = path.join(environment.directory, "review.md");
      expect(output).toContain(file);
      expect(existsSync(file)).toBe(true);
      const report = readFileSync(file, "utf8");
      expect(report).toContain(`<!-- slipway-review: ${environment.name} -->`);
      expect(report).toContain("| ✅ | Policies | kept |");
      expect(report).toMatch(/\| ✅ \| Preview \| \d+ new \|/);
      expect(report).toContain("The local environment costs nothing");
      expect(failed).toBe(report.includes("| ❌ | Lint | failed |"));
    },
    minutes(15),
  );
});
