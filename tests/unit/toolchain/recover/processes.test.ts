import { spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { AnotherRunLives, clearLocks, endOrphans } from "../../../../toolchain/recover/lives";
import { orphans, type Process, readProcess } from "../../../../toolchain/recover/processes";
import { hostname } from "node:os";
import { writeFileSync } from "node:fs";
import { temporaryFolder } from "../../../support/temporary-folder";

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended, as it should.
    }
  }
});

/** A process that sleeps, with a program's name and the variables of an environment. */
async function sleeper(name: string, environmentDirectory: string): Promise<number> {
  const program = path.join(temporaryFolder(), name);
  copyFileSync("/bin/sleep", program);
  const child = spawn(program, ["60"], {
    env: { SLIPWAY_ENVIRONMENT_DIRECTORY: environmentDirectory },
    stdio: "ignore",
  });
  const { pid = 0 } = child;
  started.push(pid);
  while (readProcess(pid)?.executable !== program) await sleep(10);
  return pid;
}

it("reads a process as it is", async () => {
  const before = Date.now();
  const pid = await sleeper("pulumi", "/state/dev");
  expect(readProcess(pid)).toMatchObject({
    pid,
    parent: process.pid,
    executable: expect.stringMatching(/[/]pulumi$/) as string,
    environmentDirectory: "/state/dev",
  });
  expect(readProcess(pid)?.startedAt).toBeGreaterThan(before - 1000);
  expect(readProcess(pid)?.startedAt).toBeLessThan(Date.now() + 1000);
});

it("knows no process of an id that nobody has", () => {
  expect(readProcess(2 ** 22 - 1)).toBeUndefined();
});

describe("orphans", () => {
  const one = (pid: number, parent: number, executable: string, more: Partial<Process> = {}): Process => ({
    ...{ pid, parent, executable, startedAt: 0, command: [executable], environmentDirectory: "/state/dev" },
    ...more,
  });
  const pids = (...processes: Process[]): number[] => orphans(processes, "/state/dev").map(({ pid }) => pid);

  it("are plugins, hosts and programs without an engine above them", () => {
    const program = ["node", "/x/node_modules/@pulumi/pulumi/cmd/run", "--monitor=127.0.0.1:1"];
    expect(
      pids(
        one(10, 1, "/home/plugins/pulumi-resource-docker"),
        one(11, 1, "/home/bin/pulumi-language-nodejs"),
        one(12, 11, "/usr/bin/node", { command: program }),
      ),
    ).toEqual([10, 11, 12]);
  });

  it("are not those of a living engine, however far above", () => {
    expect(
      pids(
        one(9, 1, "/home/bin/pulumi"),
        one(10, 9, "/home/plugins/pulumi-resource-docker"),
        one(11, 9, "/bin/sh", { environmentDirectory: undefined }),
        one(12, 11, "/home/bin/pulumi-language-nodejs"),
      ),
    ).toEqual([]);
  });

  it("are not what else was started with the environment's variables, nor what is another environment's", () => {
    expect(
      pids(
        one(10, 1, "/usr/bin/vim"),
        one(11, 1, "/usr/bin/node", { command: ["node", "server.js"] }),
        one(12, 1, "/home/plugins/pulumi-resource-docker", { environmentDirectory: "/state/other" }),
        one(13, 1, "/home/plugins/pulumi-resource-docker", { environmentDirectory: undefined }),
      ),
    ).toEqual([]);
  });
});

it("ends the orphans of an environment, says which, and leaves those of another", async () => {
  const ours = temporaryFolder();
  const orphan = await sleeper("pulumi-resource-docker", ours);
  const other = await sleeper("pulumi-resource-docker", "/state/other");
  const lines: string[] = [];
  expect(await endOrphans(ours, (line) => lines.push(line))).toBe(1);
  expect(lines).toEqual([`A killed run left pulumi-resource-docker (${orphan}) at work: ending it`]);
  expect(readProcess(orphan)).toBeUndefined();
  expect(readProcess(other)).toBeDefined();
});

it("stops before a living run, naming its process, since when and its command", async () => {
  const directory = temporaryFolder();
  const pid = await sleeper("pulumi", directory);
  const lock = { pid, username: "me", hostname: hostname(), timestamp: new Date().toISOString() };
  writeFileSync(path.join(directory, "lock.json"), JSON.stringify(lock));
  const clear = (): number => clearLocks(directory, "dev", directory, jest.fn());
  expect(clear).toThrow(AnotherRunLives);
  expect(clear).toThrow(
    new RegExp(`Another run of dev goes on: process ${pid}, since 2\\S+Z: .*pulumi 60\\n`),
  );
});
