import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { environmentStack } from "../../../../toolchain/recover/environment-stack";

const names = ["SLIPWAY_STATE", "SLIPWAY_CONFIG", "PULUMI_BACKEND_URL"] as const;
const before = names.map((name) => [name, process.env[name]] as const);
const state = mkdtempSync(path.join(tmpdir(), "slipway-stack-"));

beforeEach(() => {
  process.env.SLIPWAY_STATE = state;
  process.env.SLIPWAY_CONFIG = path.join(state, "none.yaml");
  delete process.env.PULUMI_BACKEND_URL;
});

afterAll(() => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  rmSync(state, { recursive: true });
});

describe("an environment's stack", () => {
  it("has its project in the environment's own folder, where the state is on this machine", async () => {
    const { project, directory, store } = environmentStack("mine");
    expect(project).toBe(directory);
    expect(readdirSync(project)).toContain("Pulumi.yaml");
    expect(await store.read()).toBeUndefined();
  });

  it("has it in the repository with a backend of the user's own", async () => {
    const own = mkdtempSync(path.join(state, "own-"));
    process.env.PULUMI_BACKEND_URL = `file://${own}`;
    const { project, directory, store } = environmentStack("other");
    expect(project).not.toBe(directory);
    expect(readdirSync(project)).toContain("Pulumi.yaml");
    expect(readdirSync(directory)).not.toContain("Pulumi.yaml");
    expect(await store.read()).toBeUndefined();
  });
});
