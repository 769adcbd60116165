import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { PlatformFacts } from "../../bootstrap";
import { type AddressPlan, addressPlan } from "../address-plan";
import {
  type Endpoint,
  type LiveMachine,
  machineName,
  type MachinePlatform,
  type MachineSlot,
  type MachineSpec,
} from "../platform";
import { DockerMachine, keptFolder } from "./docker-machine";
import { diskProblem } from "./free-disk";
import { belongingLabels, keptVolumeName } from "./labels";
import { dockerLines, liveMachines } from "./live-machines";
import { LoadBalancer } from "./load-balancer";
import type { ExposedPort } from "./load-balancer-config";
import { Registry, registryHostsFile } from "./registry";
import { volumeProperties } from "./volume-properties";

/** The API's port on the environment's network. */
const apiPort = 6443;

/**
 * How long a machine may take to stop, in seconds: its API server answers for three more, and systemd gives a service that
 * does not end ten.
 */
const stopSeconds = 60;

/** An environment's place on the local Docker daemon. */
export interface DockerMachinesArgs {
  /** Part of the name of every container, volume and network, so that environments run side by side. */
  readonly environment: string;
  /**
   * Tells environments of one name apart that are kept in different places, such as two users' on one Docker daemon:
   * the label `slipway.owner` of every container, volume and network. Any text; default: no such label. Another one
   * replaces them all.
   */
  readonly owner?: string;
  /** CIDR of the environment's network, /16 to /24, laid out by {@link addressPlan}. */
  readonly network: string;
  /** The block of the address plan that each pool takes its addresses from, by the pool's name; 1 to 15. */
  readonly addressBlocks: Readonly<Record<string, number>>;
  /** Ports on 127.0.0.1 of the host, free and all different. */
  readonly ports: {
    /** Leads to the API. */
    readonly api: number;
    /** Leads to the registry, and so is part of every image's name. */
    readonly registry: number;
  };
  /** NodePorts that are reached on the host through the load balancer. */
  readonly exposedPorts: readonly ExposedPort[];
  /** Names of images that the local Docker daemon has; `make images` builds them, and prints their names. */
  readonly images: {
    /** Boots systemd, cloud-init, containerd and the kubelet; has kubeadm and the cluster's images. */
    readonly machine: string;
    /** HAProxy. */
    readonly loadBalancer: string;
    /** The distribution registry. */
    readonly registry: string;
  };
}

/**
 * Machines as Docker containers that boot systemd, on the daemon that the Docker provider talks to: a network with
 * fixed addresses, a load balancer before the API, a registry, a container with a volume for each machine, and one
 * volume that they all share and that stays when everything else is destroyed.
 */
export class DockerMachines extends pulumi.ComponentResource implements MachinePlatform {
  readonly endpoint: Endpoint;
  readonly clientEndpoint: Endpoint;
  readonly facts: PlatformFacts;
  readonly foundation: docker.Network;
  /** Where images are pushed to that its machines run. */
  readonly registry: Registry;

  private readonly addresses: AddressPlan;
  private readonly machineImage: docker.RemoteImage;
  private readonly keptVolume: docker.Volume;

  constructor(
    private readonly name: string,
    private readonly args: DockerMachinesArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:machines:DockerMachines", name, {}, options);

    this.addresses = addressPlan(args.network);
    this.endpoint = { host: this.addresses.loadBalancer, port: apiPort };
    this.clientEndpoint = { host: "127.0.0.1", port: args.ports.api };
    this.facts = dockerFacts(registryHostsFile(args.ports.registry, this.addresses.registry));
    this.foundation = this.createNetwork();
    this.keptVolume = this.createKeptVolume();
    this.machineImage = this.localImage("machine", args.images.machine);
    this.registry = new Registry(
      `${name}-registry`,
      {
        ...this.place,
        imageId: this.localImage("registry", args.images.registry).imageId,
        address: this.addresses.registry,
        hostPort: args.ports.registry,
      },
      { parent: this },
    );
    this.registerOutputs();
  }

  trust(authority: pulumi.Output<string>): void {
    const { images, ports, exposedPorts } = this.args;
    new LoadBalancer(
      `${this.name}-load-balancer`,
      {
        ...this.place,
        imageId: this.localImage("load-balancer", images.loadBalancer).imageId,
        address: this.addresses.loadBalancer,
        apiPort,
        apiHostPort: ports.api,
        authority,
        exposedPorts,
      },
      { parent: this },
    );
  }

  address(slot: MachineSlot): string {
    if (slot.role === "control-plane") {
      return this.addresses.controlPlane(slot.index);
    }
    const block = this.args.addressBlocks[slot.pool];
    if (block === undefined) {
      throw new Error(`addressBlocks has no block for pool "${slot.pool}"; add one from 1 to 15`);
    }
    return this.addresses.poolMachine(block, slot.index);
  }

  createMachine(spec: MachineSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string> {
    const name = machineName(spec.slot);
    const machine = new DockerMachine(
      `${this.name}-${name}`,
      {
        environment: this.args.environment,
        owner: this.args.owner,
        machineName: name,
        role: spec.slot.role,
        imageId: this.machineImage.imageId,
        networkName: this.foundation.name,
        keptVolumeName: this.keptVolume.name,
        address: this.address(spec.slot),
        cpus: spec.cpus,
        memoryMiB: spec.memoryMiB,
        userData: spec.userData,
        revision: this.revision(spec),
        kubernetesVersion: spec.kubernetesVersion,
      },
      options,
    );
    return machine.containerId;
  }

  revision({ cpus, memoryMiB, userData }: MachineSpec): pulumi.Output<string> {
    const { machine: image } = this.args.images;
    const hash = pulumi
      .output(userData)
      .apply((document) => shortHash(JSON.stringify({ image, cpus, memoryMiB, document })));
    // A hash of a document with keys gives none of them away.
    return pulumi.unsecret(hash);
  }

  async live(): Promise<LiveMachine[]> {
    return await liveMachines(this.args);
  }

  async obstacle(): Promise<string | undefined> {
    return await diskProblem(dockerLines);
  }

  async stop(name: string): Promise<void> {
    await promisify(execFile)("docker", ["stop", "--time", String(stopSeconds), this.containerName(name)]);
  }

  async admit(name: string, credential: string): Promise<void> {
    const ran = promisify(execFile)("docker", [
      "exec",
      "-i",
      this.containerName(name),
      "/usr/lib/slipway/admit",
    ]);
    ran.child.stdin?.end(credential);
    await ran;
  }

  async renewCertificates(name: string): Promise<void> {
    const command = ["/usr/lib/slipway/certificates", "renew"];
    await promisify(execFile)("docker", ["exec", this.containerName(name), ...command]);
  }

  async readConsole(name: string): Promise<string> {
    const container = this.containerName(name);
    const { stdout, stderr } = await promisify(execFile)("docker", ["logs", "--tail", "500", container]);
    return stdout + stderr;
  }

  async startedAt(name: string): Promise<Date> {
    const container = this.containerName(name);
    const format = ["--format", "{{.State.StartedAt}}"];
    const { stdout } = await promisify(execFile)("docker", ["container", "inspect", ...format, container]);
    return new Date(stdout.trim());
  }

  private get place() {
    const { environment, owner } = this.args;
    return { environment, owner, networkName: this.foundation.name };
  }

  private containerName(machine: string): string {
    return `slipway-${this.args.environment}-${machine}`;
  }

  private createNetwork(): docker.Network {
    const { environment, network } = this.args;
    return new docker.Network(
      this.name,
      {
        name: `slipway-${environment}`,
        ipamConfigs: [{ subnet: network, gateway: this.addresses.gateway }],
        labels: belongingLabels(this.args),
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }

  /** Where one of its name is there already, from an environment that was destroyed, Docker gives that one. */
  private createKeptVolume(): docker.Volume {
    return new docker.Volume(
      `${this.name}-kept`,
      { name: keptVolumeName(this.args.environment), labels: belongingLabels(this.args) },
      { parent: this, retainOnDelete: true, ignoreChanges: [...volumeProperties] },
    );
  }

  /** An image that is built before `pulumi up`, and that other environments use as well: it stays when this one goes. */
  private localImage(kind: string, name: string): docker.RemoteImage {
    return new docker.RemoteImage(`${this.name}-${kind}`, { name, keepLocally: true }, { parent: this });
  }
}

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** What a machine that is a container differs in from one that is not. */
function dockerFacts(...files: PlatformFacts["files"]): PlatformFacts {
  return {
    kubelet: {
      // With systemd as the driver on cgroup v1, a later `docker exec` finds its cgroup gone.
      cgroupDriver: "cgroupfs",
      failCgroupV1: false,
      failSwapOn: false,
      imageGCHighThresholdPercent: 100,
      evictionHard: {
        // The kubelet's own default, of what pods together may have: what the machine has left it cannot see.
        "memory.available": "100Mi",
        // The disk is the host's, shared with everything else on it: a part of it that is free says nothing. But before none
        // is, the pods that use most of it go, and not the host. One that is faster than the kubelet looks, the machine's
        // guard stops: machine-image/rootfs/usr/lib/slipway/guard-disk.
        "nodefs.available": "1Gi",
        "nodefs.inodesFree": "1%",
        "imagefs.available": "1Gi",
      },
      // How large an emptyDir is, the kubelet counts each minute by itself: too seldom for its limit to mean something.
      volumeStatsAggPeriod: "15s",
    },
    kubeletFlags: { "runtime-cgroups": "/system.slice/containerd.service" },
    // It wants cgroup v2 and a kernel configuration that a container cannot read.
    ignoredPreflightChecks: ["SystemVerification"],
    files,
    keptFolder,
    claimCluster: ["/usr/lib/slipway/claim-cluster", keptFolder],
  };
}
