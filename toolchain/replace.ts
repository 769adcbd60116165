// Says which resource a machine is, for `pulumi up --replace`: `npx tsx toolchain/replace.ts dev worker-0`.
import { environmentStack } from "./recover/environment-stack";
import { machineResources } from "./recover/names";

async function main(): Promise<void> {
  const [name = "dev", machine = ""] = process.argv.slice(2);
  const state = await environmentStack(name).store.read();
  const machines = machineResources(state?.deployment.resources ?? []);
  const found = machines.get(machine);
  if (found === undefined) {
    const there = [...machines.keys()].sort().join(", ");
    throw new Error(
      there === ""
        ? `There are no machines in ${name}; make up ENV=${name} makes some`
        : `MACHINE is "${machine}"; write the name of one of ${name}'s machines: ${there}`,
    );
  }
  console.log(found.urn);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
