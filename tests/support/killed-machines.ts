import { containerFacts } from "./cluster-facts";
import { eventually, type TestEnvironment } from "./test-environment";

/** What tells whether machines are the same as before, and have run without a break. */
export async function livesOf(environment: TestEnvironment, machines: readonly string[]): Promise<string[]> {
  const facts = await Promise.all(machines.map((machine) => containerFacts(environment, machine)));
  return facts.map(({ id, startedAt }) => `${id}/${startedAt}`);
}

/**
 * Kills the first process of machines, all at once, as a crash would: Docker itself knows nothing of it beforehand. Waits
 * until Docker has started each of them again.
 */
export async function killMachines(environment: TestEnvironment, machines: readonly string[]): Promise<void> {
  const before = await livesOf(environment, machines);
  const pids = await environment.docker(["container", "inspect", "--format", "{{.State.Pid}}"], ...machines);
  for (const pid of pids.split(/\s+/)) process.kill(Number(pid), "SIGKILL");
  await eventually(
    60,
    () => livesOf(environment, machines),
    (now) => now.every((life, index) => life !== before[index]),
  );
}
