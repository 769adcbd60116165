import { type ChildProcess, execFile, spawn } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";

import { pageBlocks } from "../support/page-blocks";
import { eventually, type TestEnvironment } from "../support/test-environment";

const tools = ["kubectl", "client-node", "curl"] as const;
type Tool = (typeof tools)[number];

const blocks = pageBlocks("api.md");
const repository = path.join(__dirname, "..", "..");

/** A section's block for a tool, as the page shows it. */
function blockFor(section: string, tool: Tool): string {
  const [block, ...others] = blocks.filter((b) => b.section === section && b.purpose === tool);
  if (block === undefined || others.length > 0) throw new Error(`docs/api.md: not one ${tool} in ${section}`);
  return block.code;
}

/** How a step of the page is run with a tool: the section "Before", then the step's own lines. */
function commandFor(section: string, tool: Tool): readonly [string, string[]] {
  const step = blockFor(section, tool);
  if (tool === "kubectl") return ["bash", ["-euo", "pipefail", "-c", step]];
  const script = `${blockFor("Before", tool)}\n${step}`;
  return tool === "curl"
    ? ["bash", ["-euo", "pipefail", "-c", script]]
    : [process.execPath, ["--input-type=module", "--eval", script]];
}

/** A watch of the page that goes on until it is stopped, and what it has printed. */
class RunningWatch {
  printed = "";
  private readonly child: ChildProcess;

  constructor(tool: Tool, env: NodeJS.ProcessEnv) {
    const [command, args] = commandFor("Watch", tool);
    // In a group of its own: what is stopped is the shell and all that it started.
    this.child = spawn(command, args, { cwd: repository, env, detached: true });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.printed += chunk.toString()));
    }
  }

  /** Waits until it has printed as many lines with the word. */
  async sees(word: string, times: number): Promise<void> {
    const lines = (): string[] => this.printed.split("\n").filter((line) => line.includes(word));
    await eventually(
      60,
      () => Promise.resolve({ seen: lines().length, printed: this.printed }),
      ({ seen }) => seen === times,
    );
  }

  stop(): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid);
  }
}

/**
 * The page docs/api.md against an environment that is up: each tool creates and deletes the object, while all tools
 * list it and watch it.
 */
export function describeApiThreeWays(environment: TestEnvironment): void {
  describe("the API, as docs/api.md shows it", () => {
    const watches = new Map<Tool, RunningWatch>();
    let env: NodeJS.ProcessEnv = {};

    const step = async (section: string, tool: Tool): Promise<string> => {
      const { stdout } = await promisify(execFile)(...commandFor(section, tool), { cwd: repository, env });
      return stdout;
    };

    beforeAll(async () => {
      // The folder with curl's certificates goes with the environment's.
      env = await environment.shellVariables();
      for (const tool of tools) watches.set(tool, new RunningWatch(tool, env));
    });

    afterAll(() => {
      for (const watch of watches.values()) watch.stop();
    });

    it.each(tools)(
      "lists, creates, watches and deletes with %s, and every tool sees it",
      async (tool) => {
        const turn = tools.indexOf(tool) + 1;
        await step("Create", tool);
        for (const other of tools) {
          expect(await step("List", other)).toContain("greeting");
          await watches.get(other)?.sees("ADDED", turn);
        }
        await step("Delete", tool);
        for (const other of tools) {
          expect(await step("List", other)).not.toContain("greeting");
          await watches.get(other)?.sees("DELETED", turn);
        }
      },
      90_000,
    );

    it("answers a token as its role allows", async () => {
      const [token] = blocks.filter(({ purpose }) => purpose === "token");
      const script = `${blockFor("Before", "curl")}\n${token?.code ?? ""}`;
      const ask = async (lines: string): Promise<string> => {
        const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", lines], { env });
        return stdout;
      };
      expect(await ask(script)).toContain('"kind": "ConfigMapList"');
      const code = `curl --silent --output /dev/null --write-out '%{http_code}' --cacert "$credentials/ca.crt"`;
      const before = blockFor("Before", "curl");
      expect(await ask(`${before}\n${code} "$server$configmaps"`)).toBe("401");
      const asReader = `--header "Authorization: Bearer $(kubectl create token reader)"`;
      const secrets = `"$server/api/v1/namespaces/default/secrets"`;
      expect(await ask(`${before}\n${code} ${asReader} ${secrets}`)).toBe("403");
    }, 90_000);
  });
}
