// Backups of an environment's cluster: `npx tsx toolchain/cluster-backups/run.ts dev list|backup|key|restore|restored`.
// `backup` goes by KUBECONFIG; `restore` reads FROM, KEY and YES from its environment.
import { checkName, stateRoot } from "../environment";
import { backupsOf } from "./kept-backups";
import { backupLines } from "./lines";
import { makeRecoveryKey, recipientOf, recoveryKeyFile } from "./recovery-key";
import { backUpNow } from "./request";
import { beginRestore, endRestore } from "./restore";
import { actOf, failCommand } from "../command";

const say = (line: string): void => {
  console.log(line);
};

const verbs: Readonly<Record<string, (environment: string) => Promise<void>>> = {
  list: async (environment) => {
    backupLines(environment, await backupsOf(environment), recoveryKeyFile(stateRoot(), environment)).forEach(
      say,
    );
  },
  backup: async () => {
    await backUpNow(say);
  },
  key: tellKey,
  restore: async (environment) => {
    const { FROM: from = "", KEY: key = "", YES: yes = "" } = process.env;
    await beginRestore({ environment, from, key, yes: yes === "1" || yes === environment }, say);
  },
  restored: async (environment) => {
    await endRestore(environment, say);
  },
};

/** Makes the environment's recovery key where there is none, and says what a team writes into its settings. */
async function tellKey(environment: string): Promise<void> {
  const file = recoveryKeyFile(stateRoot(), environment);
  const made = await makeRecoveryKey(file, environment);
  say(
    `${made ? "Made" : "There is"} the recovery key of ${environment} in ${file}: keep a copy where the environment is not`,
  );
  say(`config:\n  slipway:clusterBackup:\n    recipient: ${await recipientOf(file)}`);
}

async function main(): Promise<void> {
  const [environment = "dev", verb = "list"] = process.argv.slice(2);
  checkName(environment);
  const act = actOf(verbs, verb);
  await act(environment);
}

main().catch(failCommand);
