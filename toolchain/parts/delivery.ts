import versions from "../versions.json";
import type { PartDefinition } from "./part";

/** What brings workloads into clusters, and measures them. */
export const deliveryParts = {
  helm: {
    version: versions.helm,
    requires: { "helm.sh/helm/v4": `v${versions.helm}` },
    binaries: { helm: "helm.sh/helm/v4/cmd/helm" },
    variables: {
      "helm.sh/helm/v4/internal/version.version": `v${versions.helm}`,
      "helm.sh/helm/v4/internal/version.gitTreeState": "clean",
    },
    coldMinutes: 1.7,
    onDemand: true,
  },
  k6: {
    version: versions.k6,
    requires: { "go.k6.io/k6": `v${versions.k6}` },
    binaries: { k6: "go.k6.io/k6" },
    // A constant in the module's own code.
    variables: {},
    coldMinutes: 1,
    onDemand: true,
  },
  "source-controller": fluxController("source-controller", versions.sourceController, 2.8),
  "kustomize-controller": fluxController("kustomize-controller", versions.kustomizeController, 2),
  gitea: {
    version: versions.gitea,
    requires: { "code.gitea.io/gitea": `v${versions.gitea}` },
    binaries: { gitea: "." },
    variables: {
      "main.version": versions.gitea,
      // Where its image has what is shipped beside it.
      "code.gitea.io/gitea/modules/setting.StaticRootPath": "/usr/share/gitea",
    },
    // Upstream's release embeds them, and with them the scripts and styles of its pages, which no module has.
    ships: ["options", "public", "templates"].map((folder) => ({
      module: "code.gitea.io/gitea",
      file: folder,
      as: folder,
    })),
    coldMinutes: 2.4,
    onDemand: true,
  },
} as const satisfies Readonly<Record<string, PartDefinition>>;

/** One of Flux' controllers, with the definitions of the custom resources that it serves. It reports no version. */
function fluxController(name: string, version: string, coldMinutes: number): PartDefinition {
  const module = `github.com/fluxcd/${name}`;
  return {
    version,
    requires: { [module]: `v${version}` },
    binaries: { [name]: module },
    variables: {},
    ships: [{ module, file: "config/crd/bases", as: "crds" }],
    coldMinutes,
    onDemand: true,
  };
}
