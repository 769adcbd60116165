// Prints what somebody who uses the components without stacks/ needs to know of the images, as one line of JSON:
// `npx tsx toolchain/images/names.ts [--environment dev]`.
import { parseArgs } from "node:util";

import { companionsOf } from "../kubernetes-versions";
import versions from "../versions.json";
import { demandOf, demandOptions, wantedVersions } from "../wanted";
import { imageName } from "./keys";
import { failCommand } from "../command";

/** The names of the images, and the versions of what the machine's image holds; the components take both as they are. */
function built(kubernetes: string) {
  const { etcd, coredns } = companionsOf(kubernetes);
  const { kubeRouter, localPathProvisioner, metricsServer, skipper } = versions;
  return {
    images: {
      machine: imageName("machine", kubernetes),
      loadBalancer: imageName("load-balancer"),
      registry: imageName("registry"),
      node: imageName("node"),
    },
    versions: { kubernetes, etcd, coredns, kubeRouter, localPathProvisioner, metricsServer, skipper },
  };
}

async function main(): Promise<void> {
  const [version = ""] = wantedVersions(await demandOf(parseArgs({ options: demandOptions }).values));
  console.log(JSON.stringify(built(version)));
}

main().catch(failCommand);
