import { writeFileSync } from "node:fs";
import * as path from "node:path";

import { rules } from "../../policies/rules";
import { policyExamples } from "../support/policy-examples";
import { type Result, TestEnvironment } from "../support/test-environment";

const program = path.join(__dirname, "policies");
const pack = path.join(__dirname, "..", "..", "policies", "run");
const minutes = (count: number): number => count * 60_000;

/** The examples of all rules, previewed by the real engine with the pack. */
describe("the policy pack", () => {
  const environment = new TestEnvironment({}, program);

  beforeAll(async () => {
    await environment.create();
  }, minutes(1));

  afterAll(async () => {
    await environment.destroy();
  }, minutes(1));

  async function preview(examples: "passing" | "failing", settings?: object): Promise<Result> {
    const file = path.join(environment.directory, "policies.json");
    if (settings) writeFileSync(file, JSON.stringify(settings));
    const config = ["--config", `${environment.project}:examples=${examples}`];
    const given = settings ? ["--policy-pack-config", file] : [];
    return await environment.pulumi(
      "preview",
      "--color",
      "never",
      "--policy-pack",
      pack,
      ...given,
      ...config,
    );
  }

  it(
    "has nothing against what keeps to its rules",
    async () => {
      const { output, failed } = await preview("passing");
      expect(output).not.toMatch(/\[(mandatory|advisory)\]/);
      expect(failed).toBe(false);
    },
    minutes(3),
  );

  it(
    "fails a preview of what does not, and says of each resource what is wrong and what would be right",
    async () => {
      const { output, failed } = await preview("failing");
      expect(failed).toBe(true);
      const said = policyExamples.flatMap(({ examples }) => examples.flatMap(({ says }) => says));
      expect(said.filter((message) => !output.includes(message))).toEqual([]);
      expect(rules.filter(({ name }) => !output.includes(`[mandatory]  ${name} `))).toEqual([]);
    },
    minutes(3),
  );

  it(
    "is set by a file: levels, and what a rule looks at",
    async () => {
      const off = Object.fromEntries(rules.map(({ name }) => [name, "disabled"]));
      const { output, failed } = await preview("failing", {
        ...off,
        "image-versions": { enforcementLevel: "advisory", moving: ["edge"] },
      });
      expect(failed).toBe(false);
      expect(output).toContain("[advisory]  image-versions");
      expect(output).toContain('"busybox:edge" is another image from day to day');
      expect(output).not.toContain("nginx:latest");
      expect(output).not.toContain("[mandatory]");
    },
    minutes(3),
  );
});
