import versions from "../versions.json";
import type { PartDefinition } from "./part";

const pulumiBridge = "github.com/pulumi/pulumi-terraform-bridge/v3";
/** A fork of Terraform's AWS provider that exports its entry point. */
const awsProvider = `github.com/upbound/terraform-provider-aws@v${versions.pulumiAwsModule}`;

/** What environments on AWS need beside the others. */
export const awsParts = {
  "pulumi-resource-aws": {
    version: versions.pulumiAws,
    requires: { [pulumiBridge]: `v${versions.pulumiBridge}` },
    binaries: { "pulumi-resource-aws": "." },
    variables: { "main.version": versions.pulumiAws },
    // All but two files of it: with those of ours, fewer than a tenth of its services are compiled.
    embeds: ["go.mod", "internal", "names", "version", "xpprovider"].map((file) => ({
      module: awsProvider,
      file,
      as: `upstream/${file}`,
    })),
    coldMinutes: 5,
    onDemand: true,
  },
  "cloud-provider-aws": {
    version: versions.cloudProviderAws,
    requires: { "k8s.io/cloud-provider-aws": `v${versions.cloudProviderAws}` },
    binaries: {
      "aws-cloud-controller-manager": "k8s.io/cloud-provider-aws/cmd/aws-cloud-controller-manager",
      "ecr-credential-provider": "k8s.io/cloud-provider-aws/cmd/ecr-credential-provider",
    },
    variables: { "k8s.io/component-base/version.gitVersion": `v${versions.cloudProviderAws}` },
    coldMinutes: 4,
    onDemand: true,
  },
  "kubelet-certificate-approver": {
    // It is all our own; these libraries talk to every version that there is.
    version: versions.kubernetesLibraries,
    requires: Object.fromEntries(
      ["api", "apimachinery", "client-go"].map((name) => [
        `k8s.io/${name}`,
        `v${versions.kubernetesLibraries}`,
      ]),
    ),
    binaries: { "kubelet-certificate-approver": "." },
    suites: { "kubelet-certificate-approver.test": "." },
    variables: {},
    coldMinutes: 1,
    onDemand: true,
  },
  "session-manager-plugin": {
    version: versions.sessionManagerPlugin,
    requires: { "github.com/aws/session-manager-plugin": `v${versions.sessionManagerPluginModule}` },
    binaries: {
      "session-manager-plugin": "github.com/aws/session-manager-plugin/src/sessionmanagerplugin-main",
    },
    variables: {},
    coldMinutes: 1,
    onDemand: true,
  },
} as const satisfies Readonly<Record<string, PartDefinition>>;
