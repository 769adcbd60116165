import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { StorageClassName } from "../storage";
import { grantEbsAccess } from "./ebs-access";
import {
  controllerPod,
  type EbsImages,
  ebsImages,
  ebsLabels,
  ebsNamespace,
  ebsProvisioner,
  nodePod,
} from "./ebs-pods";

/** Whose volumes, and how they are encrypted. */
export interface EbsStorageArgs {
  /** The cluster's name on AWS: volumes have the tag `kubernetes.io/cluster/<name>`. */
  readonly clusterName: pulumi.Input<string>;
  /** AWS region, as in `eu-central-1`. */
  readonly region: pulumi.Input<string>;
  /** ARN of the KMS key that encrypts all volumes. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Further tags of every volume. Names and values without `,` and `=`. Default: none. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The class of claims that name none. Default `recycle`. */
  readonly defaultClass?: StorageClassName;
  /**
   * How many controllers there are, of which one works; each needs a control plane for itself. Default 1.
   */
  readonly replicas?: number;
  /** Other images than {@link ebsImages}, from a registry of your own for instance. */
  readonly images?: Partial<EbsImages>;
}

/**
 * Volumes of Elastic Block Store, by its CSI driver, and two storage classes: `recycle` deletes a volume with its claim,
 * `keep` leaves it, to be deleted or bound again by hand. Both encrypt, make a `gp3` volume in the zone where its first pod
 * runs, and let claims grow. Volumes are made by the control planes' instance role.
 */
export class EbsStorage extends pulumi.ComponentResource {
  constructor(name: string, args: EbsStorageArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:EbsStorage", name, {}, options);
    const child = { parent: this };
    const images = { ...ebsImages, ...args.images };

    new k8s.storage.v1.CSIDriver(
      name,
      {
        metadata: { name: ebsProvisioner, labels: ebsLabels },
        spec: { attachRequired: true, podInfoOnMount: false, fsGroupPolicy: "File" },
      },
      child,
    );
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: ebsNamespace,
          // The driver mounts volumes on the machine.
          labels: { ...ebsLabels, "pod-security.kubernetes.io/enforce": "privileged" },
        },
      },
      child,
    ).metadata.name;
    const { controller, node, grants } = grantEbsAccess(name, namespace, child);
    const deployed = { ...child, dependsOn: grants };

    const controllerLabels = { ...ebsLabels, app: "ebs-csi-controller" };
    new k8s.apps.v1.Deployment(
      `${name}-controller`,
      {
        metadata: { name: "ebs-csi-controller", namespace, labels: ebsLabels },
        spec: {
          replicas: args.replicas ?? 1,
          // A new one needs the old one's port.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
          selector: { matchLabels: controllerLabels },
          template: {
            metadata: { labels: controllerLabels },
            spec: controllerPod(args, images, controller.metadata.name),
          },
        },
      },
      deployed,
    );
    const nodeLabels = { ...ebsLabels, app: "ebs-csi-node" };
    new k8s.apps.v1.DaemonSet(
      `${name}-node`,
      {
        metadata: { name: "ebs-csi-node", namespace, labels: ebsLabels },
        spec: {
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
          selector: { matchLabels: nodeLabels },
          template: { metadata: { labels: nodeLabels }, spec: nodePod(images, node.metadata.name) },
        },
      },
      deployed,
    );
    this.createStorageClasses(name, args);
    this.registerOutputs();
  }

  private createStorageClasses(name: string, { kmsKeyArn, defaultClass = "recycle" }: EbsStorageArgs): void {
    const policies: Record<StorageClassName, string> = { recycle: "Delete", keep: "Retain" };
    for (const [className, reclaimPolicy] of Object.entries(policies)) {
      new k8s.storage.v1.StorageClass(
        `${name}-${className}`,
        {
          metadata: {
            name: className,
            labels: ebsLabels,
            annotations: {
              "storageclass.kubernetes.io/is-default-class": String(className === defaultClass),
            },
          },
          provisioner: ebsProvisioner,
          // https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/v1.59.0/docs/parameters.md
          parameters: { type: "gp3", encrypted: "true", kmsKeyId: kmsKeyArn },
          reclaimPolicy,
          allowVolumeExpansion: true,
          // A volume is in one zone, and cannot follow its pod to another.
          volumeBindingMode: "WaitForFirstConsumer",
        },
        { parent: this },
      );
    }
  }
}
