// Prints a kubeconfig of the environment's deployer, good for an hour; the administrator's comes on standard input.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { deployerKubeconfig } from "../components/delivery";
import { failCommand } from "../toolchain/command";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      account: { type: "string", default: "deployer" },
      namespace: { type: "string", default: "shop" },
      seconds: { type: "string", default: "3600" },
    },
  });
  const kubeconfig = readFileSync(0, "utf8");
  const { account, namespace } = values;
  console.log(await deployerKubeconfig({ kubeconfig, account, namespace, seconds: Number(values.seconds) }));
}

main().catch(failCommand);
