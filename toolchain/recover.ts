// Settles what a killed run left and what went from under the state: `npx tsx toolchain/recover.ts dev up|preview|down`.
import { existsSync } from "node:fs";
import * as path from "node:path";

import { pulumiEnvironment } from "./environment";
import { isVerb, verbs } from "./recover/plan";
import { recover } from "./recover/recovery";
import { stateStore } from "./recover/state-store";

const repository = path.join(__dirname, "..");

async function main(): Promise<void> {
  const [name = "dev", verb = "up"] = process.argv.slice(2);
  if (!isVerb(verb))
    throw new Error(`The second argument is "${verb}"; give what is to be done: ${verbs.join(", ")}`);
  const environment: NodeJS.ProcessEnv = { ...process.env, ...pulumiEnvironment(name) };
  const { SLIPWAY_ENVIRONMENT_DIRECTORY: directory = "" } = environment;
  // The environment's own folder names its project; with a backend of the user's own it has none.
  const project = existsSync(path.join(directory, "Pulumi.yaml")) ? directory : repository;
  const backend = await recover({
    stack: name,
    verb,
    store: stateStore(name, environment, project),
    directory,
    environment,
    project,
    // Standard output is for the shell: what a preview has to export.
    say: (line) => {
      console.error(line);
    },
  });
  if (backend === undefined) return;
  console.log(`export PULUMI_BACKEND_URL='${backend}'`);
  // What the state in the copy belongs to: stacks/owner.ts.
  console.log(`export SLIPWAY_STATE_OF='${environment.PULUMI_BACKEND_URL ?? ""}'`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
