// Runs a database's backup or restore now, and says what it says: `npx tsx toolchain/backups/run.ts backup|restore` with
// KUBECONFIG. BACKUP says which database's, FROM and UNSAVED what components/workloads/files/postgres-backups.sh reads, KEY
// where the recovery key is: by default the environment's own.
import { given } from "../given";
import { actionLabel, chooseJob, type DatabaseJob } from "./choose";
import { follow, startJob } from "./job";
import { kubectl } from "./kubectl";
import { restore } from "./restore";
import { failCommand } from "../command";

interface List {
  readonly items: readonly { readonly metadata: DatabaseJob }[];
}

async function main(): Promise<void> {
  const [action = ""] = process.argv.slice(2);
  if (action !== "backup" && action !== "restore") {
    throw new Error(`The first argument is "${action}"; give backup or restore`);
  }
  const [wanted = "", from = "", unsaved] = [given("BACKUP"), given("FROM"), given("UNSAVED")];
  const selection = ["--all-namespaces", "-l", `${actionLabel}=${action}`];
  const list = await kubectl("get", "cronjobs", ...selection, "-o", "json");
  const jobs = (JSON.parse(list) as List).items.map(({ metadata }) => metadata);
  const cronJob = chooseJob(action, jobs, wanted);
  if (action === "backup") await follow(await startJob(cronJob));
  else await restore(cronJob, { from, unsaved: unsaved !== undefined, keyFile: keyFile() });
}

/** What was given, or what is kept here. */
function keyFile(
  { KEY: given, SLIPWAY_RECOVERY_KEY: own }: NodeJS.ProcessEnv = process.env,
): string | undefined {
  return [given, own].find((file) => file !== undefined && file !== "");
}

main().catch(failCommand);
