// Says of every certificate of an environment until when it is good and what renews it: `npx tsx
// toolchain/certificates/run.ts NAME`, with the exported state on standard input, and a kubeconfig's path in KUBECONFIG.
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

import { certificateEnds } from "../../components/cluster/actions/certificate-ends";
import { nodeList } from "../../components/cluster/actions/node-list";
import { liveMachines } from "../../components/machines/docker/live-machines";
import { settingsOf } from "../environment";
import { docker } from "../recover/docker";
import { ownOwner } from "../own-owner";
import { type Row, rowsOfMachine, rowsOfNodes, rowsOfState, table } from "./table";
import { failCommand } from "../command";

async function main(): Promise<void> {
  const [environment = ""] = process.argv.slice(2);
  const state = rowsOfState(await text(process.stdin));
  const machines =
    settingsOf(environment).platform === "aws" ? await fromNodes() : await fromContainers(environment);
  console.log(table([...machines, ...state]));
}

async function fromNodes(): Promise<Row[]> {
  return rowsOfNodes(certificateEnds(await nodeList(readFileSync(process.env.KUBECONFIG ?? "", "utf8"))));
}

async function fromContainers(environment: string): Promise<Row[]> {
  const machines = await liveMachines({ environment, owner: ownOwner(environment) });
  const rows = await Promise.all(
    machines.map(async ({ name, state }) => {
      if (state !== "running") {
        console.error(`${name} does not run: what it has is not in the table`);
        return [];
      }
      const command = ["/usr/lib/slipway/certificates", "list"];
      return rowsOfMachine(name, await docker(["exec", `slipway-${environment}-${name}`, ...command]));
    }),
  );
  return rows.flat();
}

main().catch(failCommand);
