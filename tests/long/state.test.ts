// Nightly (`make test-clusters`): 10 minutes.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { TestEnvironment } from "../support/test-environment";
import { isWell } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(5));

const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }], shop: "monolith" });
const machines = ["control-plane-0", "worker-0"];
const elsewhere = mkdtempSync(path.join(tmpdir(), "slipway-moved-"));
/** The folder of all states of this test. */
const stateRoot = path.join(environment.directory, "..", "..");
const own = (name: string): string => path.join(environment.directory, name);

/** Ids of the machines' containers: another one is another machine. */
const containers = (): Promise<string> => environment.docker(["inspect", "--format", "{{.Id}}"], ...machines);

/** A preview finds every machine as it was. */
async function keepsMachines(...variables: string[]): Promise<void> {
  const { output, failed } = await environment.make("preview", ...variables);
  expect([failed, failed ? output : ""]).toEqual([false, ""]);
  expect(output).not.toMatch(/roll \d|replace|Container .* create/);
}

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
}, minutes(15));

afterAll(async () => {
  rmSync(elsewhere, { recursive: true });
  await environment.destroy();
}, minutes(5));

describe("the passphrase", () => {
  test("is another one afterwards, and nothing else is", async () => {
    const before = readFileSync(path.join(stateRoot, "passphrase"), "utf8");
    await environment.succeedMake("passphrase");
    expect(readFileSync(own("passphrase"), "utf8")).not.toBe(before);
    await keepsMachines();
    const old = { PULUMI_CONFIG_PASSPHRASE_FILE: path.join(stateRoot, "passphrase") };
    const { failed } = await environment.pulumiWith(old, "stack", "export", "--show-secrets");
    expect(failed).toBe(true);
  });

  test.each([
    [
      "before it counted",
      () => {
        writeFileSync(own("passphrase.next"), "never used");
      },
    ],
    [
      "after it counted",
      () => {
        renameSync(own("passphrase"), own("passphrase.next"));
      },
    ],
  ])("whose change was cut off %s is said, and ended by the next one", async (_, cutOff) => {
    cutOff();
    const { output, failed } = await environment.make("preview");
    expect([failed, output]).toEqual([true, expect.stringContaining("was cut off: make passphrase")]);
    await environment.succeedMake("passphrase");
    expect(existsSync(own("passphrase.next"))).toBe(false);
    await keepsMachines();
  });
});

describe("a state that was moved", () => {
  const there = `SLIPWAY_STATE=${path.join(elsewhere, "state")}`;

  test("takes over no machine before somebody says so, and goes on with them then", async () => {
    cpSync(stateRoot, path.join(elsewhere, "state"), { recursive: true });
    const before = await containers();
    const { output, failed } = await environment.make("up", there);
    expect([failed, output]).toEqual([
      true,
      expect.stringContaining("where its state was moved here, make adopt"),
    ]);
    await environment.succeedMake("adopt", there);
    await keepsMachines(there);
    expect(await containers()).toBe(before);
  });
});

describe("a stack that was renamed", () => {
  const other = `${environment.name}-x`;

  afterAll(async () => {
    const env = environment.pulumiVariables;
    const rename = ["-C", environment.directory, "stack", "rename", environment.name, "--stack", other];
    await promisify(execFile)("pulumi", rename, { env });
  });

  test("is refused before anything is made, and has its name again then", async () => {
    const before = await containers();
    await environment.succeedWith({}, "stack", "rename", other);
    const { output, failed } = await environment.make("up", `ENV=${other}`);
    expect([failed, output]).toEqual([
      true,
      expect.stringContaining(`The stack ${other} is the environment ${environment.name} under another name`),
    ]);
    expect(await containers()).toBe(before);
  });
});
