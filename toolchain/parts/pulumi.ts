import versions from "../versions.json";
import type { PartDefinition } from "./part";

const pulumiSdk = "github.com/pulumi/pulumi/sdk/v3";
const pulumiKubernetes = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** The engine, the host of our language, and the plugins that every environment needs. */
export const pulumiParts = {
  pulumi: {
    version: versions.pulumi,
    requires: { "github.com/pulumi/pulumi/pkg/v3": `v${versions.pulumi}` },
    binaries: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    variables: { [`${pulumiSdk}/go/common/version.Version`]: versions.pulumi },
    coldMinutes: 3,
  },
  "pulumi-language-nodejs": {
    version: versions.pulumiLanguageNodejs,
    requires: { [pulumiSdk]: `v${versions.pulumiLanguageNodejs}` },
    binaries: { "pulumi-language-nodejs": `${pulumiSdk}/nodejs/cmd/pulumi-language-nodejs` },
    variables: { [`${pulumiSdk}/go/common/version.Version`]: versions.pulumiLanguageNodejs },
    // Shell scripts by which the engine starts dynamic providers and policy packs with the program's own SDK.
    ships: ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"].map((script) => ({
      module: pulumiSdk,
      file: `nodejs/dist/${script}`,
      as: script,
      executable: true,
    })),
    coldMinutes: 0.3,
  },
  "pulumi-resource-docker": {
    version: versions.pulumiDocker,
    requires: { "github.com/kreuzwerker/terraform-provider-docker": `v${versions.pulumiDockerModule}` },
    binaries: { "pulumi-resource-docker": "." },
    variables: { "main.version": versions.pulumiDocker },
    coldMinutes: 2,
  },
  "pulumi-resource-kubernetes": {
    version: versions.pulumiKubernetes,
    requires: { [pulumiKubernetes]: `v${versions.pulumiKubernetesModule}` },
    binaries: { "pulumi-resource-kubernetes": "." },
    variables: { "main.version": versions.pulumiKubernetes },
    embeds: [
      {
        module: pulumiKubernetes,
        file: "cmd/pulumi-resource-kubernetes/schema.json",
        as: "schema-embed.json",
        set: { version: versions.pulumiKubernetes },
      },
      {
        module: pulumiKubernetes,
        file: "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
        as: "terraform-mapping-embed.json",
      },
    ],
    coldMinutes: 5.6,
  },
} as const satisfies Readonly<Record<string, PartDefinition>>;
