import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { controlPlanePod } from "./control-plane-pod";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** Images of the EBS CSI driver and of what Kubernetes has beside every such driver. */
export interface EbsImages {
  /** aws-ebs-csi-driver, of both halves. */
  readonly driver: pulumi.Input<string>;
  /** external-provisioner, which makes volumes for claims. */
  readonly provisioner: pulumi.Input<string>;
  /** external-attacher, which attaches them to machines. */
  readonly attacher: pulumi.Input<string>;
  /** external-resizer, which lets them grow. */
  readonly resizer: pulumi.Input<string>;
  /** node-driver-registrar, which makes the driver known to a kubelet. */
  readonly registrar: pulumi.Input<string>;
  /** livenessprobe, which asks the driver whether it is well. */
  readonly livenessProbe: pulumi.Input<string>;
}

const components = "public.ecr.aws/csi-components";

/** AWS' own builds, in versions that were released together. */
export const ebsImages: EbsImages = {
  driver: "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.59.0",
  provisioner: `${components}/csi-provisioner:v6.2.0-eksbuild.3`,
  attacher: `${components}/csi-attacher:v4.11.0-eksbuild.4`,
  resizer: `${components}/csi-resizer:v2.1.0-eksbuild.4`,
  registrar: `${components}/csi-node-driver-registrar:v2.16.0-eksbuild.4`,
  livenessProbe: `${components}/livenessprobe:v2.18.0-eksbuild.4`,
};

/** Name of the driver. */
export const ebsProvisioner = "ebs.csi.aws.com";

/** Where it lives. */
export const ebsNamespace = "aws-ebs-csi-driver";

/** Of all that it consists of. */
export const ebsLabels = { "app.kubernetes.io/name": "aws-ebs-csi-driver" };

/** Both halves are in the machine's own network, and a control plane runs both. */
const healthPorts = { node: 9808, controller: 9809 };

const resources = { requests: { cpu: "10m", memory: "40Mi" }, limits: { memory: "256Mi" } };
const confined = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true };
const nodeName = { name: "CSI_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } };

interface ControllerSettings {
  readonly clusterName: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The half that makes, attaches and resizes volumes by AWS' API. */
export function controllerPod(
  { clusterName, region, tags = {} }: ControllerSettings,
  images: EbsImages,
  accountName: pulumi.Input<string>,
): PodSpec {
  const socketMount = { name: "socket", mountPath: "/csi" };
  const sidecar = (name: string, image: pulumi.Input<string>, args: string[]): Container => ({
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    args: ["--csi-address=/csi/csi.sock", ...args],
    resources,
    securityContext: { ...confined, capabilities: { drop: ["ALL"] } },
    volumeMounts: [socketMount],
  });
  const elected = ["--timeout=60s", "--leader-election=true", "--v=2"];
  const extraTags = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: accountName,
    ...controlPlanePod,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        ...sidecar("ebs-plugin", images.driver, []),
        args: [
          "controller",
          "--endpoint=unix:///csi/csi.sock",
          pulumi.interpolate`--k8s-tag-cluster-id=${clusterName}`,
          ...(extraTags.length > 0 ? [`--extra-tags=${extraTags.join(",")}`] : []),
          "--v=2",
        ],
        env: [nodeName, { name: "AWS_REGION", value: region }],
        ...health(healthPorts.controller),
      },
      sidecar("csi-provisioner", images.provisioner, [
        ...elected,
        // Volumes have the tags of what claims them.
        "--extra-create-metadata",
        "--default-fstype=ext4",
      ]),
      sidecar("csi-attacher", images.attacher, elected),
      sidecar("csi-resizer", images.resizer, elected),
      sidecar("liveness-probe", images.livenessProbe, [`--health-port=${healthPorts.controller}`]),
    ],
    volumes: [{ name: "socket", emptyDir: {} }],
  };
}

const kubeletFolder = "/var/lib/kubelet";
const pluginFolder = `${kubeletFolder}/plugins/${ebsProvisioner}/`;

/** The half on every machine that formats and mounts what is attached to it. */
export function nodePod(images: EbsImages, accountName: pulumi.Input<string>): PodSpec {
  const pluginMount = { name: "plugin", mountPath: "/csi" };
  const sidecar = (
    name: string,
    image: pulumi.Input<string>,
    rest: Pick<Container, "args" | "volumeMounts">,
  ): Container => ({
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    resources,
    securityContext: confined,
    ...rest,
  });
  const folder = (name: string, path: string, type = "Directory") => ({ name, hostPath: { path, type } });
  return {
    priorityClassName: "system-node-critical",
    serviceAccountName: accountName,
    // The metadata service says how many volumes the machine can have.
    hostNetwork: true,
    dnsPolicy: "Default",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ operator: "Exists" }],
    containers: [
      {
        name: "ebs-plugin",
        image: images.driver,
        imagePullPolicy: "IfNotPresent",
        args: [
          "node",
          "--endpoint=unix:/csi/csi.sock",
          `--csi-mount-point-prefix=${kubeletFolder}/plugins/kubernetes.io/csi/${ebsProvisioner}/`,
          "--v=2",
        ],
        env: [nodeName],
        resources,
        // It mounts for others.
        securityContext: { privileged: true, readOnlyRootFilesystem: true },
        // A machine that is drained waits until its volumes are detached.
        lifecycle: { preStop: { exec: { command: ["/bin/aws-ebs-csi-driver", "pre-stop-hook"] } } },
        ...health(healthPorts.node),
        volumeMounts: [
          { name: "kubelet", mountPath: kubeletFolder, mountPropagation: "Bidirectional" },
          pluginMount,
          { name: "devices", mountPath: "/dev" },
        ],
      },
      sidecar("node-driver-registrar", images.registrar, {
        args: ["--csi-address=/csi/csi.sock", `--kubelet-registration-path=${pluginFolder}csi.sock`, "--v=2"],
        volumeMounts: [pluginMount, { name: "registration", mountPath: "/registration" }],
      }),
      sidecar("liveness-probe", images.livenessProbe, {
        args: ["--csi-address=/csi/csi.sock", `--health-port=${healthPorts.node}`],
        volumeMounts: [pluginMount],
      }),
    ],
    volumes: [
      folder("kubelet", kubeletFolder),
      folder("plugin", pluginFolder, "DirectoryOrCreate"),
      folder("registration", `${kubeletFolder}/plugins_registry/`),
      folder("devices", "/dev"),
    ],
  };
}

function health(port: number): Pick<Container, "ports" | "livenessProbe"> {
  return {
    ports: [{ name: "healthz", containerPort: port, protocol: "TCP" }],
    livenessProbe: {
      httpGet: { path: "/healthz", port: "healthz" },
      ...{ initialDelaySeconds: 10, timeoutSeconds: 3, periodSeconds: 10, failureThreshold: 5 },
    },
  };
}
