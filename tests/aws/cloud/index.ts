import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { PushedImage } from "../../../components/images";
import { CloudControllerManager, EbsStorage, KubeletCertificateApprover } from "../../../components/platform";
import { imageName } from "../../../toolchain/images";

interface ApiEndpoint {
  host: string;
  port: number;
}

const config = new pulumi.Config();
const environment = new pulumi.StackReference(config.require("environment"));
const provider = new k8s.Provider("cluster", {
  kubeconfig: environment.requireOutput("kubeconfig"),
  clusterIdentifier: config.require("environment"),
});
const apiEndpoint = config.requireObject<ApiEndpoint>("apiEndpoint");
const cloud = { clusterName: "staging", region: config.require("region") };

const pushed = (
  kind: "aws-cloud-controller-manager" | "kubelet-certificate-approver",
): pulumi.Output<string> =>
  new PushedImage(kind, {
    registry: environment.requireOutput("registry") as pulumi.Output<string>,
    localName: imageName(kind),
  }).reference;

/** Variables of AWS' clients, in the program's container. */
const variables = Object.entries(config.requireObject<Record<string, string>>("variables"));

interface DaemonSetProps {
  spec: { template: { spec: { containers: [{ env: { name: string; value: unknown }[] }] } } };
}

/** Sends a program to the servers that answer like AWS. Nothing else of what it is given differs. */
const toEmulatedAws: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  if (type !== "kubernetes:apps/v1:DaemonSet") return undefined;
  const { spec, ...rest } = props as DaemonSetProps;
  const [container] = spec.template.spec.containers;
  const env = [...container.env, ...variables.map(([name, value]) => ({ name, value }))];
  const podSpec = { ...spec.template.spec, containers: [{ ...container, env }] };
  return { props: { ...rest, spec: { ...spec, template: { ...spec.template, spec: podSpec } } }, opts };
};

new CloudControllerManager(
  "cloud",
  { ...cloud, image: pushed("aws-cloud-controller-manager"), apiEndpoint },
  { provider, transformations: [toEmulatedAws] },
);

new KubeletCertificateApprover(
  "approver",
  {
    image: pushed("kubelet-certificate-approver"),
    machineCidrs: config.requireObject<string[]>("machineCidrs"),
    machineNames: config.require("machineNames"),
  },
  { provider },
);

/** Nothing waits for pods whose images come from a registry that may not be reached. */
const withoutWaiting: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  if (!type.startsWith("kubernetes:apps/")) return undefined;
  const { metadata, ...rest } = props as { metadata: { annotations?: object } };
  const annotations = { ...metadata.annotations, "pulumi.com/skipAwait": "true" };
  return { props: { ...rest, metadata: { ...metadata, annotations } }, opts };
};

new EbsStorage(
  "storage",
  { ...cloud, kmsKeyArn: config.require("kmsKeyArn"), tags: { "slipway:environment": "staging" } },
  { provider, transformations: [withoutWaiting] },
);
