import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { given } from "../../toolchain/given";

const repository = path.join(__dirname, "..", "..");
const names =
  "ENV REPORT FROM CLAIM BACKUP OWNER UNSAVED ONLY FOCUS LABELS PROCS SEEDS SHARD HEAL MACHINE".split(" ");

let folder = "";
let canary = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-make-"));
  canary = path.join(folder, "canary");
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

afterEach(() => {
  rmSync(canary, { force: true });
});

interface Ran {
  readonly code: number;
  readonly output: string;
}

function run(program: string, args: readonly string[], variables: NodeJS.ProcessEnv): Promise<Ran> {
  // Not those of a make that runs these tests.
  const own = { ENV: undefined, MAKEFLAGS: undefined, MAKELEVEL: undefined };
  const options = { cwd: repository, env: { ...process.env, ...own, ...variables } };
  return new Promise((resolve) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
    });
  });
}

/** Targets that have no `$(MAKE)` in them, which `-n` would run all the same. */
const makeDry = (args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  run("make", ["-n", "setup", "forget", "test-clusters", "bench", "conformance", ...args], variables);

/** What runs as code where a text becomes part of a Makefile or of a shell's line. */
const attacks = (): [string, string][] => [
  ["a command of the shell", `$(touch ${canary})`],
  ["a command of make", `$(shell touch ${canary})`],
  ["backquotes", `\`touch ${canary}\``],
  ["quotes", `'; touch ${canary}; '`],
  ["double quotes", `"; touch ${canary}; "`],
  ["a line's end", `dev\n\ttouch ${canary}`],
  ["a folder above", "../dev"],
];

describe.each(names)("%s", (name) => {
  test("never becomes code, from the command line or the environment", async () => {
    for (const [kind, text] of attacks()) {
      const ways = [await makeDry([`${name}=${text}`]), await makeDry([], { [name]: text })];
      for (const { code, output } of ways) {
        expect({ kind, code, output }).toMatchObject({
          code: 2,
          output: expect.stringContaining(`${name} may hold none of`) as string,
        });
      }
      expect(existsSync(canary)).toBe(false);
    }
  });
});

test("a variable that the Makefile does not know is none of a command either", async () => {
  const { code } = await makeDry([`WHATEVER=$(shell touch ${canary})`]);
  expect({ code, made: existsSync(canary) }).toEqual({ code: 2, made: false });
});

test("what is no code is taken as it is, and is no part of a recipe's text", async () => {
  const plain = {
    ENV: "e2e-1",
    REPORT: "/tmp/a b.md",
    FOCUS: "\\[sig-network\\].*(DNS|proxy)",
    SHARD: "1/3",
  };
  const { code, output } = await makeDry(Object.entries(plain).map(([name, value]) => `${name}=${value}`));
  expect(code).toBe(0);
  for (const value of Object.values(plain)) expect(output).not.toContain(value);
});

test.each([
  ["BACKUP", "shop/orders"],
  ["CLAIM", "shop/data-orders-db-0"],
  ["FROM", "shop-2026-11-30T12-00-00Z.dump"],
  ["REPORT", "/var/lib/jenkins/workspace/a b/review.md"],
  ["SEEDS", "3,7"],
  ["UNSAVED", "yes"],
] as const)("a program takes %s as it should be, and says what is wrong with another", (name, right) => {
  expect(given(name, { [name]: right })).toBe(right);
  expect(given(name, {})).toBeUndefined();
  expect(given(name, { [name]: "" })).toBeUndefined();
  for (const [, text] of attacks()) {
    expect(() => given(name, { [name]: text })).toThrow(`${name} is ${JSON.stringify(text)}; write `);
  }
});

describe("the chart's steps", () => {
  const right = {
    RELEASE: "cart",
    IMAGE: "10.0.0.1:5000/cart@sha256:0a",
    NAMESPACE: "shop",
    CHART_REGISTRY: "10.0.0.1:5000",
    TALKS_TO: "catalog orders",
  };
  const step = (variables: NodeJS.ProcessEnv): Promise<Ran> => run("charts/deploy.sh", [], variables);

  test("take what a microservice is", async () => {
    expect(await step(right)).toEqual({ code: 0, output: "" });
    expect(await step({ ...right, TALKS_TO: "" })).toEqual({ code: 0, output: "" });
  });

  test.each(Object.keys(right))("refuse a %s that is something else", async (name) => {
    const texts = [...attacks().map(([, text]) => text), "--kubeconfig=/x", "*", 'a"\nimage: "b'];
    for (const text of texts.filter((each) => each !== "../dev" || name !== "IMAGE")) {
      expect({ text, ...(await step({ ...right, [name]: text })) }).toMatchObject({
        code: 2,
        output: expect.stringContaining(`deploy.sh: ${name} is not what it has to be`) as string,
      });
    }
  });
});
