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
import type { ClusterIdentity, IdentityPart } from "../pki";
import { startingTaint } from "./actions/node-settings";
import { controlPlaneIdentity } from "./identity-material";
import { controlPlaneTaint, type Member, type Pool, poolLabel } from "./members";

/** What of the identity each role's machines need. */
const ofWorkers: readonly IdentityPart[] = ["authorities"];
const ofControlPlanes: readonly IdentityPart[] = [...ofWorkers, "service-account-key", "encryption-key"];

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
    private readonly identity: ClusterIdentity,
  ) {
    this.controlPlaneFiles = controlPlaneIdentity(identity).apply(controlPlaneIdentityFiles);
    const { certificatePem, otherCertificatePem } = identity.kubernetesCa;
    this.workerFiles = pulumi
      .all([certificatePem, otherCertificatePem])
      .apply(([certificate, otherCertificate]) => workerIdentityFiles({ certificate, otherCertificate }));
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
  ofPool({ name, labels = {}, taints = [] }: Pool): pulumi.Input<string> {
    const boot = this.boot({ labels: { ...labels, [poolLabel]: name }, taints });
    return this.identity.mark(ofWorkers).apply((identityMark) => workerUserData({ ...boot, identityMark }));
  }

  private ofControlPlane(boot: ControlPlaneBoot): pulumi.Input<string> {
    const { trustsTwo } = this.identity;
    if (this.platform.keepIdentity) {
      return pulumi
        .all([trustsTwo, this.identity.mark(ofControlPlanes)])
        .apply(([two, identityMark]) => controlPlaneUserData({ ...boot, trustsTwo: two, identityMark }));
    }
    return pulumi
      .all([this.controlPlaneFiles, trustsTwo])
      .apply(([files, two]) => controlPlaneUserData({ ...boot, trustsTwo: two }, files));
  }

  private ofWorker({ slot, name }: Member): pulumi.Input<string> {
    const machine = { name, address: this.platform.address(slot), labels: {}, taints: [startingTaint] };
    const boot = this.boot(machine);
    if (this.platform.keepIdentity) {
      return this.identity.mark(ofWorkers).apply((identityMark) => workerUserData({ ...boot, identityMark }));
    }
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
