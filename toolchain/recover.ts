// Settles what a killed run left and what went from under the state: `npx tsx toolchain/recover.ts dev up|preview|down`.
import { environmentStack } from "./recover/environment-stack";
import { isVerb, verbs } from "./recover/plan";
import { recover } from "./recover/recovery";
import { failCommand } from "./command";

async function main(): Promise<void> {
  const [name = "dev", verb = "up"] = process.argv.slice(2);
  if (!isVerb(verb))
    throw new Error(`The second argument is "${verb}"; give what is to be done: ${verbs.join(", ")}`);
  const stack = environmentStack(name);
  const backend = await recover({
    ...stack,
    stack: name,
    verb,
    // Standard output is for the shell: what a preview has to export.
    say: (line) => {
      console.error(line);
    },
  });
  if (backend === undefined) return;
  console.log(`export PULUMI_BACKEND_URL='${backend}'`);
  // What the state in the copy belongs to: stacks/owner.ts.
  console.log(`export SLIPWAY_STATE_OF='${stack.environment.PULUMI_BACKEND_URL ?? ""}'`);
}

main().catch(failCommand);
