import * as pulumi from "@pulumi/pulumi";

import { KubernetesCluster } from "../../../components/cluster";
import { DockerMachines, machineName, type MachineSpec } from "../../../components/machines";
import { clusterArgs, dockerMachinesArgs } from "../../../stacks/component-args";
import { loadConfig } from "../../../stacks/config";
import { stackOwner } from "../../../stacks/owner";
import { toolchainFacts } from "../../../stacks/toolchain-facts";

/** How the document of worker-0 is broken. */
const damages: Readonly<Record<string, (document: string) => string>> = {
  // kubeadm refuses it.
  kind: (document) => document.replaceAll("kind: KubeletConfiguration", "kind: NotAKind"),
  // cloud-init cannot read it.
  yaml: () => "#cloud-config\nruncmd: [\n",
};

class DamagedMachines extends DockerMachines {
  override createMachine(spec: MachineSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string> {
    const damage = damages[new pulumi.Config().require("damage")];
    if (machineName(spec.slot) !== "worker-0" || !damage) return super.createMachine(spec, options);
    return super.createMachine({ ...spec, userData: pulumi.output(spec.userData).apply(damage) }, options);
  }
}

const settings = { pools: [{ name: "worker", count: 1 }] };
const config = loadConfig(pulumi.getStack(), settings, toolchainFacts());
const machines = new DamagedMachines(config.name, dockerMachinesArgs(config, stackOwner(), []));
new KubernetesCluster(config.name, clusterArgs(config, machines));
