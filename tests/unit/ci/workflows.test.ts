import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { parse } from "yaml";

const run = promisify(execFile);
const repository = path.join(__dirname, "..", "..", "..");
const workflows = path.join(repository, ".github", "workflows");
const workflowFile = path.join(workflows, "review.yml");
const gitlabFile = path.join(repository, ".gitlab-ci.yml");

const makefile = readFileSync(path.join(repository, "Makefile"), "utf8");
/** What `make test-long` runs one after the other, and a pipeline side by side. */
const longTests = /\nLONG_TESTS := (.*)\n/.exec(makefile)?.[1]?.split(" ") ?? [];

let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-ci-"));
  await run("git", ["init", "--quiet", folder]);
  await run("git", ["-C", folder, "remote", "add", "origin", "git@gitlab.com:slipway/slipway.git"]);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: unknown;
}

/** Uses of actions in a workflow that are not pinned by their commit. */
function unpinned(jobs: Workflow["jobs"]): string[] {
  const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  expect(used.length).toBeGreaterThan(3);
  return used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action));
}

/** Scripts with an expression in them, which would put what somebody else wrote into a command. */
const withExpressions = (jobs: Workflow["jobs"]): string[] =>
  Object.values(jobs)
    .flatMap(({ steps }) => steps.flatMap(({ run: script }) => script ?? []))
    .filter((script) => script.includes("${{"));

/** What GitHub's own parser says against a workflow. */
async function problems(text: string): Promise<string[]> {
  const file = path.join(folder, "review.yml");
  writeFileSync(file, text);
  const checker = path.join(repository, "tests", "support", "workflow-problems.mjs");
  const { stdout } = await run(process.execPath, ["--import", "tsx", checker, file], { cwd: repository });
  return JSON.parse(stdout) as string[];
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

describe("GitHub's workflow", () => {
  const content = readFileSync(workflowFile, "utf8");
  const { permissions, jobs } = parse(content) as Workflow;

  test("is valid", async () => {
    expect(await problems(content)).toEqual([]);
  });

  test("would not be with a wrong key and a wrong function", async () => {
    const wrong = content.replace("runs-on:", "run-on:").replace("!cancelled()", "!canceled()");
    expect(await problems(wrong)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("Unexpected value 'run-on'"),
        expect.stringContaining("Unrecognized function: 'canceled'"),
      ]),
    );
  });

  test("reviews by the same target as a person", () => {
    expect(jobs.review?.steps.some(({ run: script }) => script?.includes("make review ENV="))).toBe(true);
  });

  test("lets the job that may write comments run no code of the pull request", () => {
    expect(permissions).toEqual({ contents: "read" });
    expect(jobs.review?.permissions).toBeUndefined();
    expect(jobs.comment?.permissions).toEqual({ "pull-requests": "write" });
    expect(jobs.comment?.steps.some(({ uses }) => uses?.startsWith("actions/checkout"))).toBe(false);
  });

  test("pins every action by its commit", () => {
    expect(unpinned(jobs)).toEqual([]);
  });

  test("takes nothing that a pull request's author writes for a command", () => {
    expect(withExpressions(jobs)).toEqual([]);
  });

  test("runs a fork's code on none of our machines, and with none of our secrets", () => {
    const own = "github.event.pull_request.head.repo.full_name == github.repository";
    const { "runs-on": machine, environment } = jobs.review as Job & {
      "runs-on": string;
      environment: string;
    };
    expect(machine).toBe(`\${{ ${own} && vars.SLIPWAY_RUNNER || 'ubuntu-latest' }}`);
    expect(environment).toBe(`\${{ ${own} && 'slipway-preview' || 'slipway-fork' }}`);
  });
});

test.each(["nightly", "drift"])(
  "GitHub's workflow %s is valid, may only read, and pins every action by its commit",
  async (name) => {
    const content = readFileSync(path.join(workflows, `${name}.yml`), "utf8");
    const { permissions, jobs } = parse(content) as Workflow;
    expect(await problems(content)).toEqual([]);
    expect(permissions).toEqual({ contents: "read" });
    expect(unpinned(jobs)).toEqual([]);
    expect(withExpressions(jobs)).toEqual([]);
  },
);

describe("GitHub's nightly workflow", () => {
  const { jobs } = parse(readFileSync(path.join(workflows, "nightly.yml"), "utf8")) as Workflow;

  test("runs each part of `make test-long`, with all of the history", () => {
    const job = jobs.long as Job & {
      strategy: { matrix: { include: { target: string; shard?: string }[] } };
    };
    const runs = job.strategy.matrix.include;
    const targets = new Set(runs.map(({ target }) => target));
    expect(runs.flatMap(({ shard }) => shard ?? [])).toEqual(["1/3", "2/3", "3/3"]);
    expect([...targets]).toEqual(longTests);
    expect(longTests.filter((target) => !makefile.includes(`\n${target}: `))).toEqual([]);
    expect(job.steps.find(({ uses }) => uses?.startsWith("actions/checkout"))).toMatchObject({
      with: { "fetch-depth": 0 },
    });
  });
});

test("the README shows the help of make as it is", async () => {
  const { stdout } = await run("make", ["-s", "help"], { cwd: repository });
  expect(readFileSync(path.join(repository, "README.md"), "utf8")).toContain(stdout);
});

describe("GitLab's pipeline", () => {
  const content = readFileSync(gitlabFile, "utf8");

  interface PipelineJob {
    readonly name: string;
    readonly when: string;
    readonly needs?: readonly { readonly job: string }[];
  }

  /** The jobs that a pipeline runs, by gitlab-ci-local, which checks them by GitLab's own schema. */
  async function jobs(text: string, source = "merge_request_event", from = 1): Promise<PipelineJob[]> {
    writeFileSync(path.join(folder, ".gitlab-ci.yml"), text);
    const program = path.join(repository, "node_modules", "gitlab-ci-local", "src", "index.js");
    const variables = [
      `CI_PIPELINE_SOURCE=${source}`,
      "SLIPWAY_REVIEW_TOKEN=token",
      `CI_MERGE_REQUEST_SOURCE_PROJECT_ID=${from}`,
      "CI_MERGE_REQUEST_PROJECT_ID=1",
    ];
    const settings = variables.flatMap((variable) => ["--variable", variable]);
    const { stdout } = await run(process.execPath, [program, "--list-json", ...settings], { cwd: folder });
    const all = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as PipelineJob[];
    return all.filter(({ when }) => when !== "never");
  }

  test("is valid, and comments on what the review found", async () => {
    const found = await jobs(content);
    expect(found.map(({ name }) => name)).toEqual(["review", "comment"]);
    expect(found[1]?.needs?.map(({ job }) => job)).toEqual(["review"]);
  });

  test("runs no job for a fork's merge request: its code would be root on our machine", async () => {
    expect(await jobs(content, "merge_request_event", 2)).toEqual([]);
  });

  test("runs the long tests, and nothing else, on a schedule", async () => {
    const found = await jobs(content, "schedule");
    const [sharded, ...whole] = longTests;
    const shards = ["1/3", "2/3", "3/3"].map((shard) => `${sharded},${shard}`);
    expect(found.map(({ name }) => name)).toEqual([...shards, ...whole].map((run) => `nightly: [${run}]`));
  });

  test("would not be with a wrong value", async () => {
    await expect(jobs(content.replace("interruptible: true", "interruptible: perhaps"))).rejects.toThrow(
      /interruptible/,
    );
  });

  test("reviews by the same target as a person, and keeps the report when it fails", () => {
    const { review } = parse(content) as {
      review: { script: string[]; artifacts: { when: string; paths: string[] } };
    };
    expect(review.script.join("\n")).toContain('make review ENV="$ENVIRONMENT"');
    expect(review.artifacts).toMatchObject({ when: "always", paths: ["review.md"] });
  });
});

test("the commands of both that post a report are a shell's", async () => {
  const github =
    (parse(readFileSync(workflowFile, "utf8")) as Workflow).jobs.comment?.steps.at(-1)?.run ?? "";
  const gitlab = (parse(readFileSync(gitlabFile, "utf8")) as { comment: { script: string[] } }).comment
    .script;
  for (const script of [github, gitlab.join("\n")]) {
    const file = path.join(folder, "script.sh");
    writeFileSync(file, script);
    await expect(run("bash", ["-n", file])).resolves.toMatchObject({ stderr: "" });
  }
});
