// Nightly (`make test-clusters`): 4 minutes.
import * as path from "node:path";

import { prepareHost } from "../../toolchain/docker";
import { runningProcesses } from "../../toolchain/recover/processes";
import { eventually, TestEnvironment } from "../support/test-environment";

// Ends this host's Docker daemon, and with it every container: not for a host where others work.

const environment = new TestEnvironment({});
const minutes = (count: number): number => count * 60_000;

beforeAll(async () => {
  await environment.create();
  await environment.up();
  await environment.kubectl("create", "configmap", "remembered", "--from-literal=word=kept");
}, minutes(10));

afterAll(async () => {
  await prepareHost(() => undefined);
  await environment.destroy();
}, minutes(5));

const machines = ["control-plane-0", "worker-0", "worker-1"];

async function firstProcesses(): Promise<number[]> {
  const pids = await environment.docker(["container", "inspect", "--format", "{{.State.Pid}}"], ...machines);
  return pids.split(/\s+/).map(Number);
}

/** The daemon and the containerd that it has started for itself. */
function daemonProcesses(): number[] {
  const processes = runningProcesses();
  const program = ({ executable = "" }): string => path.basename(executable);
  const daemons = processes.filter((each) => program(each) === "dockerd").map(({ pid }) => pid);
  const engines = processes.filter((each) => program(each) === "containerd" && daemons.includes(each.parent));
  expect([daemons.length, engines.length]).toEqual([1, 1]);
  return [...daemons, ...engines.map(({ pid }) => pid)];
}

function kill(pids: readonly number[]): void {
  // A container that does not run has 0 for its process, which to kill(2) is this test itself.
  expect(pids.every((pid) => pid > 1)).toBe(true);
  for (const pid of pids) process.kill(pid, "SIGKILL");
}

async function answersAgain(): Promise<void> {
  await eventually(
    240,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
  expect(await environment.kubectl("get", "configmap", "remembered", "-o", "jsonpath={.data.word}")).toBe(
    "kept",
  );
  await environment.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=180s");
  const { output, failed } = await environment.pulumi("preview", "--expect-no-changes");
  expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
}

describe("an environment", () => {
  it(
    "answers again when Docker's daemon was killed and started",
    async () => {
      kill(daemonProcesses());
      await prepareHost(() => undefined);
      await answersAgain();
    },
    minutes(8),
  );

  it(
    "answers again when machines and daemon were killed together, as when a host loses its power",
    async () => {
      const pids = await firstProcesses();
      kill([...daemonProcesses(), ...pids]);
      await prepareHost(() => undefined);
      await answersAgain();
    },
    minutes(8),
  );
});
