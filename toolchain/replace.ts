// Says which resources machines are, as options of `pulumi up` for a shell: `npx tsx toolchain/replace.ts dev worker-0,worker-1`.
import { quoted } from "./environment";
import type { ResourceState } from "./recover/deployment";
import { environmentStack } from "./recover/environment-stack";
import { machineResources } from "./recover/names";
import { failCommand } from "./command";

async function main(): Promise<void> {
  const [name = "dev", machines = ""] = process.argv.slice(2);
  const state = await environmentStack(name).store.read();
  const there = machineResources(state?.deployment.resources ?? []);
  const urns = machines.split(",").map((machine) => urnOf(name, machine, there));
  console.log(urns.map((urn) => `--replace ${quoted(urn)}`).join(" "));
}

/** @throws Error with the names that would be right */
function urnOf(environment: string, machine: string, there: ReadonlyMap<string, ResourceState>): string {
  const found = there.get(machine);
  if (found !== undefined) return found.urn;
  throw new Error(
    there.size === 0
      ? `There are no machines in ${environment}; make up ENV=${environment} makes some`
      : `MACHINE is "${machine}"; write names of ${environment}'s machines, with commas between them: ` +
          [...there.keys()].sort().join(", "),
  );
}

main().catch(failCommand);
