import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { isRefused, reportOf } from "../../review/report";
import { review } from "../../review/review";
import { TestEnvironment } from "../support/test-environment";

const program = path.join(__dirname, "review");
const minutes = (count: number): number => count * 60_000;

describe("a review of a change", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-e2e-review-"));
  const environment = new TestEnvironment({ folder }, program);

  beforeAll(async () => {
    await environment.create();
    await environment.up();
  }, minutes(3));

  afterAll(async () => {
    await environment.destroy();
    rmSync(folder, { recursive: true });
  }, minutes(2));

  async function reviewed(settings: Readonly<Record<string, string>>, lint = ["true"]) {
    environment.configure({ folder, ...settings });
    return await review(environment.name, lint, { program, variables: environment.pulumiVariables });
  }

  it(
    "says of nothing that nothing changes",
    async () => {
      const found = await reviewed({});
      expect(isRefused(found)).toBe(false);
      expect(found.changes).toEqual([]);
      expect(reportOf(found)).toContain("| ✅ | Preview | nothing changes |");
    },
    minutes(2),
  );

  it(
    "says loudly what is replaced and loses data, quietly the rest, and no secret",
    async () => {
      const found = await reviewed({ moment: "after" });
      expect(isRefused(found)).toBe(false);
      expect(found.changes.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
        "delete attic",
        "replace orders",
        "replace orders-data",
        "replace settings",
        "update machine",
      ]);
      expect(found.dangers.map(({ change, losesData }) => [change.name, losesData])).toEqual(
        expect.arrayContaining([
          ["orders-data", true],
          ["attic", true],
          ["orders", false],
        ]),
      );
      const report = reportOf(found);
      expect(report).toContain("| 🛑 | Data | **2 may lose data** |");
      expect(report).toContain("`spec.storageClassName`: `recycle` → `keep`");
      expect(report).toContain("`data.level`: `info` → `debug`");
      expect(report).toContain("`data.password`: `[secret]` → `[secret]`");
      expect(report).not.toMatch(/battery-staple|correct-horse/);
      // (0.1632 - 0.0816) USD an hour, of 730 hours.
      expect(report).toContain("**+59.57 USD** (61.17 USD → 120.74 USD)");
    },
    minutes(2),
  );

  it(
    "refuses what breaks a policy, and says so",
    async () => {
      const found = await reviewed({ broken: "policy" });
      expect(isRefused(found)).toBe(true);
      expect(reportOf(found)).toContain(
        "| ❌ | `aws-encryption` | `plain` | is not encrypted; write encrypted: true |",
      );
    },
    minutes(2),
  );

  it(
    "refuses a program that fails, with what it said, and failed lint, with what it said",
    async () => {
      const found = await reviewed({ broken: "program" }, ["sh", "-c", "echo unused variable; exit 3"]);
      expect(isRefused(found)).toBe(true);
      const report = reportOf(found);
      expect(report).toContain("| ❌ | Preview | failed");
      expect(report).toContain("the program says no");
      expect(report).toContain("| ❌ | Lint | failed |");
      expect(report).toContain("unused variable");
    },
    minutes(2),
  );
});
