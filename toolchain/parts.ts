import * as path from "node:path";

import versions from "./versions.json";

/** A file, or a folder of files, that a Go module carries beside its code. */
export interface ModuleFile {
  /**
   * Import path of the module; its version is the one that the part's go.mod selects. With `@` and a version, that one,
   * which the part's go.sum has to know.
   */
  module: string;
  /** The file's or the folder's path inside the module. */
  file: string;
  /** The name that it gets. */
  as: string;
  /** Top-level fields to set in it; for JSON files. Default: the file is taken as it is. */
  set?: Readonly<Record<string, string>>;
  /** Whether it is a program. Default: false. */
  executable?: boolean;
}

/**
 * One Go module of ours that pins upstream code and becomes one or more programs. It is plain data, because the
 * cache's key is made of it.
 */
export interface Part {
  /** Names the part, and its folder in the cache. */
  name: string;
  /** The version it reports, without a leading `v`. */
  version: string;
  /** Absolute path of the folder with its go.mod and go.sum. */
  source: string;
  /** What its go.mod must select: module path to version. A unit test compares them. */
  requires: Readonly<Record<string, string>>;
  /** Programs to build: name to Go package (`.` is the part's own main). */
  binaries: Readonly<Record<string, string>>;
  /** Test suites to compile (`go test -c`): name to Go package. Default: none. */
  suites?: Readonly<Record<string, string>>;
  /** Go variables that the linker sets: `package.name` to value. */
  variables: Readonly<Record<string, string>>;
  /** Further names of a program: symbolic links, name to program. */
  links?: Readonly<Record<string, string>>;
  /** Files of modules that the code embeds: put beside it before it is compiled. Where it has a file, that one stays. */
  embeds?: readonly ModuleFile[];
  /** Files of modules that belong beside the finished programs. */
  ships?: readonly ModuleFile[];
  /** About how long it takes on 2 cores with empty Go caches, in minutes; for progress only. */
  coldMinutes: number;
  /** Whether it is built only when it is asked for (wanted.ts), as not every environment needs it. Default: false. */
  onDemand?: boolean;
}

/** Names of all parts. */
export type PartName =
  | "kubernetes"
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-docker"
  | "pulumi-resource-kubernetes"
  | "containerd"
  | "etcd"
  | "coredns"
  | "kube-router"
  | "local-path-provisioner"
  | "metrics-server"
  | "registry"
  | "skipper"
  | "helm"
  | "k6"
  | "source-controller"
  | "kustomize-controller"
  | "gitea"
  | "pulumi-resource-aws"
  | "cloud-provider-aws"
  | "kubelet-certificate-approver"
  | "session-manager-plugin"
  | "conformance";

const kubernetesModules = "k8s.io/kubernetes";
/** The version of those of its modules that are published by themselves. */
const kubernetesLibraries = versions.kubernetes.replace(/^1/, "v0");
const pulumiSdk = "github.com/pulumi/pulumi/sdk/v3";
const pulumiKubernetes = "github.com/pulumi/pulumi-kubernetes/provider/v4";
const pulumiBridge = "github.com/pulumi/pulumi-terraform-bridge/v3";
/** A fork of Terraform's AWS provider that exports its entry point. */
const awsProvider = `github.com/upbound/terraform-provider-aws@v${versions.pulumiAwsModule}`;
const containerd = "github.com/containerd/containerd/v2";

/** Every Kubernetes program is one binary, which acts as the name says that it is called by (main.go). */
const kubernetesPrograms = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kubelet",
  "kubectl",
  "kubeadm",
] as const;

const definitions: Record<PartName, Omit<Part, "name" | "source">> = {
  kubernetes: {
    version: versions.kubernetes,
    requires: {
      [kubernetesModules]: `v${versions.kubernetes}`,
      "k8s.io/component-base": kubernetesLibraries,
    },
    binaries: { kubernetes: "." },
    variables: {
      ...kubernetesVersion("k8s.io/component-base/version"),
      ...kubernetesVersion("k8s.io/client-go/pkg/version"),
    },
    links: Object.fromEntries(kubernetesPrograms.map((program) => [program, "kubernetes"])),
    // The pause image is made from it: https://github.com/kubernetes/kubernetes/tree/master/build/pause
    ships: [{ module: kubernetesModules, file: "build/pause/linux/pause.c", as: "pause.c" }],
    coldMinutes: 4.5,
  },
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
  containerd: {
    version: versions.containerd,
    requires: { [containerd]: `v${versions.containerd}` },
    binaries: {
      containerd: `${containerd}/cmd/containerd`,
      "containerd-shim-runc-v2": `${containerd}/cmd/containerd-shim-runc-v2`,
      ctr: `${containerd}/cmd/ctr`,
    },
    variables: { [`${containerd}/version.Version`]: `v${versions.containerd}` },
    coldMinutes: 0.7,
  },
  etcd: {
    version: versions.etcd,
    requires: Object.fromEntries(
      ["server", "etcdctl", "etcdutl"].map((name) => [`go.etcd.io/etcd/${name}/v3`, `v${versions.etcd}`]),
    ),
    binaries: {
      etcd: "go.etcd.io/etcd/server/v3",
      etcdctl: "go.etcd.io/etcd/etcdctl/v3",
      etcdutl: "go.etcd.io/etcd/etcdutl/v3",
    },
    // A constant in the module's own code.
    variables: {},
    coldMinutes: 0.4,
  },
  coredns: {
    version: versions.coredns,
    requires: { "github.com/coredns/coredns": `v${versions.coredns}` },
    binaries: { coredns: "." },
    // A constant in the module's own code.
    variables: {},
    coldMinutes: 0.8,
  },
  "kube-router": {
    version: versions.kubeRouter,
    requires: { "github.com/k3s-io/kube-router/v2": `v${versions.kubeRouter}` },
    binaries: { "kube-router": "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router" },
    variables: { "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": `v${versions.kubeRouter}` },
    coldMinutes: 1.3,
  },
  "local-path-provisioner": {
    version: versions.localPathProvisioner,
    requires: { "github.com/rancher/local-path-provisioner": `v${versions.localPathProvisioner}` },
    binaries: { "local-path-provisioner": "github.com/rancher/local-path-provisioner" },
    variables: { "main.VERSION": `v${versions.localPathProvisioner}` },
    coldMinutes: 0.9,
  },
  "metrics-server": {
    version: versions.metricsServer,
    requires: { "sigs.k8s.io/metrics-server": `v${versions.metricsServer}` },
    binaries: { "metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server" },
    variables: {
      "k8s.io/client-go/pkg/version.gitVersion": `v${versions.metricsServer}`,
      "k8s.io/client-go/pkg/version.gitCommit": "",
    },
    coldMinutes: 2,
  },
  registry: {
    version: versions.registry,
    requires: { "github.com/distribution/distribution/v3": `v${versions.registry}` },
    binaries: { registry: "." },
    variables: { "github.com/distribution/distribution/v3/version.version": `v${versions.registry}` },
    coldMinutes: 0.7,
  },
  skipper: {
    version: versions.skipper,
    requires: { "github.com/zalando/skipper": `v${versions.skipper}` },
    binaries: { skipper: "github.com/zalando/skipper/cmd/skipper" },
    variables: { "main.version": `v${versions.skipper}` },
    coldMinutes: 1.3,
  },
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
    // It is all our own, and goes with the cluster's release.
    version: versions.kubernetes,
    requires: Object.fromEntries(
      ["api", "apimachinery", "client-go"].map((name) => [`k8s.io/${name}`, kubernetesLibraries]),
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
  conformance: {
    version: versions.kubernetes,
    requires: {
      [kubernetesModules]: `v${versions.kubernetes}`,
      "k8s.io/sample-apiserver": kubernetesLibraries,
    },
    binaries: {
      ginkgo: "github.com/onsi/ginkgo/v2/ginkgo",
      agnhost: `${kubernetesModules}/test/images/agnhost`,
      nnp: `${kubernetesModules}/test/images/nonewprivs`,
      "regression-issue-74839": `${kubernetesModules}/test/images/regression-issue-74839`,
      "sample-apiserver": "k8s.io/sample-apiserver",
    },
    // The runner of Ginkgo knows a suite by the end of its name.
    suites: { "e2e.test": `${kubernetesModules}/test/e2e` },
    variables: {
      ...kubernetesVersion("k8s.io/component-base/version"),
      ...kubernetesVersion("k8s.io/client-go/pkg/version"),
    },
    // What the images of the suite hold beside their programs.
    ships: [
      ...["kitten", "nautilus"].flatMap((animal) =>
        [`${animal}.jpg`, "data.json"].map((file) => ({
          module: kubernetesModules,
          file: `test/images/${animal}/html/${file}`,
          as: file === "data.json" ? `${animal}.json` : file,
        })),
      ),
      ...["crt", "key"].map((kind) => ({
        module: kubernetesModules,
        file: `test/images/agnhost/porter/localhost.${kind}`,
        as: `localhost.${kind}`,
      })),
    ],
    coldMinutes: 5,
    onDemand: true,
  },
};

/** Every part by name, in the order of building. */
export const parts = Object.fromEntries(
  Object.entries(definitions).map(([name, part]) => [
    name,
    { name, source: path.join(__dirname, "go", name), ...part },
  ]),
) as Record<PartName, Part>;

/** What every environment needs, in the order of building: all but what is built on demand. */
export const everydayParts: readonly Part[] = Object.values(parts).filter(({ onDemand }) => !onDemand);

/** One of Flux' controllers, with the definitions of the custom resources that it serves. It reports no version. */
function fluxController(name: string, version: string, coldMinutes: number): Omit<Part, "name" | "source"> {
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

/**
 * What Kubernetes' release build sets; the commit is not known to a module, so that it reads `unknown`.
 * https://github.com/kubernetes/kubernetes/blob/master/hack/lib/version.sh
 */
function kubernetesVersion(pkg: string): Record<string, string> {
  const [major = "", minor = ""] = versions.kubernetes.split(".");
  return {
    [`${pkg}.gitVersion`]: `v${versions.kubernetes}`,
    [`${pkg}.gitMajor`]: major,
    [`${pkg}.gitMinor`]: minor,
    [`${pkg}.gitTreeState`]: "clean",
    [`${pkg}.gitCommit`]: "",
  };
}
