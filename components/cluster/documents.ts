import * as pulumi from "@pulumi/pulumi";

import {
  type ClusterFacts,
  type ControlPlaneBoot,
  type ControlPlaneIdentity,
  controlPlaneIdentityFiles,
  controlPlaneUserData,
  type KeyPairPem,
  type MachineBoot,
  type MachineFacts,
  workerIdentityFiles,
  type WorkerIdentity,
  workerUserData,
} from "../bootstrap";
import { machineName, type MachinePlatform } from "../machines";
import type { ClusterIdentity } from "../pki";
import { startingTaint } from "./actions/node-settings";
import { controlPlaneIdentity, keyPair, workerIdentity } from "./identity-material";
import { controlPlaneTaint, type Member, type Pool, poolLabel } from "./members";

type NamedMachine = Required<Pick<MachineFacts, "name" | "address">>;

/**
 * What a cluster's machines boot with. One control plane begins the cluster, the first. Where the platform keeps the
 * identity the documents have nothing of it, so that they can be read by anybody, and compared in a preview.
 */
export class ClusterDocuments {
  private readonly forControlPlanes: pulumi.Output<ControlPlaneIdentity>;
  private readonly forWorkers: pulumi.Output<WorkerIdentity>;

  constructor(
    private readonly cluster: ClusterFacts,
    private readonly platform: MachinePlatform,
    private readonly identity: ClusterIdentity,
  ) {
    this.forControlPlanes = controlPlaneIdentity(identity);
    this.forWorkers = workerIdentity(identity);
  }

  /** Gives the platform what it keeps, if it does. */
  handOverIdentity(): void {
    const controlPlaneFiles = this.forControlPlanes.apply((material) =>
      controlPlaneIdentityFiles(this.cluster, material),
    );
    const workerFiles = this.forWorkers.apply((material) => workerIdentityFiles(this.cluster, material));
    this.platform.keepIdentity?.("control-plane", controlPlaneFiles);
    this.platform.keepIdentity?.("worker", workerFiles);
  }

  /** The document of a machine that has a place of its own. */
  ofMember(member: Member): pulumi.Input<string> {
    const { slot } = member;
    return slot.role === "control-plane"
      ? this.ofControlPlane(this.controlPlaneBoot(slot.index))
      : this.ofWorker(member);
  }

  /** The document of all machines of a pool that makes them by itself. */
  ofPool({ name, labels = {}, taints = [] }: Pool): string {
    return workerUserData(this.boot({ labels: { ...labels, [poolLabel]: name }, taints }));
  }

  private ofControlPlane(boot: ControlPlaneBoot & { readonly machine: NamedMachine }): pulumi.Input<string> {
    if (this.platform.keepIdentity) return controlPlaneUserData(boot);
    return pulumi
      .all([this.forControlPlanes, this.serving(boot.machine)])
      .apply(([material, serving]) =>
        controlPlaneUserData(boot, controlPlaneIdentityFiles(this.cluster, material, serving)),
      );
  }

  private ofWorker({ slot, name }: Member): pulumi.Input<string> {
    const machine = { name, address: this.platform.address(slot), labels: {}, taints: [startingTaint] };
    const boot = this.boot(machine);
    if (this.platform.keepIdentity) return workerUserData(boot);
    return pulumi
      .all([this.forWorkers, this.serving(machine)])
      .apply(([material, serving]) =>
        workerUserData(boot, workerIdentityFiles(this.cluster, material, serving)),
      );
  }

  private controlPlaneBoot(index: number) {
    const slot = { role: "control-plane", index } as const;
    const machine = {
      name: machineName(slot),
      address: this.platform.address(slot),
      labels: {},
      taints: [controlPlaneTaint],
    };
    return { ...this.boot(machine), machine, initializes: index === 0 };
  }

  private boot(machine: MachineFacts): MachineBoot {
    return { cluster: this.cluster, platform: this.platform.facts, machine };
  }

  /** What a kubelet answers with, unless it asks the cluster for it. */
  private serving(machine: NamedMachine): pulumi.Output<KeyPairPem | undefined> {
    return this.platform.facts.servingCertificates === "requested"
      ? pulumi.output(undefined)
      : keyPair(this.identity.kubeletCertificate(machine.name, machine.address));
  }
}
