import * as pulumi from "@pulumi/pulumi";

import {
  type ClusterFacts,
  type ControlPlaneBoot,
  controlPlaneIdentityFiles,
  controlPlaneUserData,
  type MachineBoot,
  type MachineFacts,
  type MachineFile,
  workerIdentityFiles,
  workerUserData,
} from "../bootstrap";
import { machineName, type MachinePlatform } from "../machines";
import type { ClusterIdentity } from "../pki";
import { startingTaint } from "./actions/node-settings";
import { controlPlaneIdentity } from "./identity-material";
import { controlPlaneTaint, type Member, type Pool, poolLabel } from "./members";

/**
 * What a cluster's machines boot with. One control plane begins the cluster, the first. Where the platform keeps the
 * identity the documents have nothing of it, so that they can be read by anybody, and compared in a preview.
 */
export class ClusterDocuments {
  private readonly controlPlaneFiles: pulumi.Output<MachineFile[]>;
  private readonly workerFiles: pulumi.Output<MachineFile[]>;

  constructor(
    private readonly cluster: ClusterFacts,
    private readonly platform: MachinePlatform,
    identity: ClusterIdentity,
  ) {
    this.controlPlaneFiles = controlPlaneIdentity(identity).apply(controlPlaneIdentityFiles);
    this.workerFiles = identity.kubernetesCa.certificatePem.apply(workerIdentityFiles);
  }

  /** Gives the platform what it keeps, if it does. */
  handOverIdentity(): void {
    this.platform.keepIdentity?.("control-plane", this.controlPlaneFiles);
    this.platform.keepIdentity?.("worker", this.workerFiles);
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

  private ofControlPlane(boot: ControlPlaneBoot): pulumi.Input<string> {
    if (this.platform.keepIdentity) return controlPlaneUserData(boot);
    return this.controlPlaneFiles.apply((files) => controlPlaneUserData(boot, files));
  }

  private ofWorker({ slot, name }: Member): pulumi.Input<string> {
    const machine = { name, address: this.platform.address(slot), labels: {}, taints: [startingTaint] };
    const boot = this.boot(machine);
    if (this.platform.keepIdentity) return workerUserData(boot);
    return this.workerFiles.apply((files) => workerUserData(boot, files));
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
}
