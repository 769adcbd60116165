import { createHash } from "node:crypto";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

import type { Belonging } from "../belonging";
import { belongingLabels, kubernetesLabel, revisionLabel, roleLabel } from "./labels";
import { controlPlanesAlias, nodesAlias } from "./load-balancer-config";
import { volumeProperties } from "./volume-properties";

/** The environment is part of the container's and the volume's name. */
export interface DockerMachineArgs extends Belonging {
  /** Host name, and name of the Node. */
  readonly machineName: string;
  readonly role: "control-plane" | "worker";
  readonly imageId: pulumi.Input<string>;
  readonly networkName: pulumi.Input<string>;
  /** Name of the volume that all machines have at {@link keptFolder}. */
  readonly keptVolumeName: pulumi.Input<string>;
  readonly address: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** The cloud-init document. Secret. */
  readonly userData: pulumi.Input<string>;
  /** As the platform's `revision` gives it: another one replaces the container. */
  readonly revision: pulumi.Input<string>;
  /** Kubernetes version of its image, without a leading `v`. */
  readonly kubernetesVersion: string;
}

/**
 * What systemd, containerd and the kubelet need beyond Docker's default capabilities: mounts, networks, and a look at
 * the processes of containers. Never `privileged`, whose SYS_RESOURCE many hosts do not have to give.
 */
const capabilities = ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"];

/** Where every machine has the environment's one volume that stays when the environment goes. */
export const keptFolder = "/var/lib/slipway/kept";

/** Where cloud-init looks for a machine's documents: https://cloudinit.readthedocs.io/en/22.4.2/topics/datasources/nocloud.html */
const seed = "/var/lib/cloud/seed/nocloud";

/** A new document is a new instance for cloud-init, so that it runs again over the volume of the old one. */
const metaData = (machineName: string, userData: string): string => {
  const hash = createHash("sha256").update(userData).digest("hex").slice(0, 12);
  return stringify({
    "instance-id": `${machineName}-${hash}`,
    "local-hostname": machineName,
    // Nothing of the document needs the network to be fetched, so that one stage of cloud-init does it all.
    dsmode: "local",
  });
};

/**
 * A number of processors as the provider reads it back from Docker; written in any other way, the next `up` would
 * replace the machine. https://github.com/kreuzwerker/terraform-provider-docker (nanoInt64ToDecimalString)
 */
function processors(cpus: number): string {
  const digits = cpus.toFixed(9);
  const isRound = digits.replaceAll(/[^0]/g, "").length === 9;
  return isRound ? cpus.toFixed(1) : digits.replace(/0+$/, "");
}

/** A machine: a container that boots systemd, and the volume of its `/var`. */
export class DockerMachine extends pulumi.ComponentResource {
  /** Known when the container has started. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: DockerMachineArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:DockerMachine", name, {}, options);

    const fullName = `slipway-${args.environment}-${args.machineName}`;
    const labels = [...belongingLabels(args), { label: roleLabel, value: args.role }];
    const volume = new docker.Volume(
      name,
      { name: fullName, labels },
      { parent: this, ignoreChanges: [...volumeProperties] },
    );
    const userData = pulumi.secret(args.userData);
    const container = new docker.Container(
      name,
      {
        name: fullName,
        image: args.imageId,
        hostname: args.machineName,
        // A daemon that was killed stops what it finds running when it starts again, and takes that for a person's wish:
        // `unless-stopped` would leave the machine stopped.
        restart: "always",
        // Gives systemd a console, whose text Docker keeps as the container's log.
        tty: true,
        envs: ["container=docker"],
        stopSignal: "SIGRTMIN+3",
        cpus: processors(args.cpus),
        memory: args.memoryMiB,
        // The same as memory: a machine does not swap.
        memorySwap: args.memoryMiB,
        capabilities: { adds: capabilities },
        securityOpts: ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"],
        cgroupnsMode: "private",
        // A privileged pod, such as a storage driver's, may use every device: its machine has to be allowed to.
        deviceCgroupRules: ["a *:* rwm"],
        tmpfs: { "/run": "exec", "/tmp": "exec" },
        volumes: [
          { volumeName: volume.name, containerPath: "/var" },
          { volumeName: args.keptVolumeName, containerPath: keptFolder },
        ],
        networksAdvanced: [
          {
            name: args.networkName,
            ipv4Address: args.address,
            aliases: args.role === "control-plane" ? [nodesAlias, controlPlanesAlias] : [nodesAlias],
          },
        ],
        uploads: [
          { file: `${seed}/user-data`, content: userData, permissions: "0600" },
          {
            file: `${seed}/meta-data`,
            content: userData.apply((document) => metaData(args.machineName, document)),
          },
        ],
        labels: [
          ...labels,
          { label: kubernetesLabel, value: args.kubernetesVersion },
          { label: revisionLabel, value: args.revision },
        ],
      },
      { parent: this, deleteBeforeReplace: true, additionalSecretOutputs: ["uploads"] },
    );
    this.containerId = container.id;
    this.registerOutputs({ containerId: this.containerId });
  }
}
