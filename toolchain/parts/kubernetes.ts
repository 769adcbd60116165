import {
  companionsOf,
  type KubernetesVersion,
  kubernetesVersions,
  newestKubernetes,
} from "../kubernetes-versions";
import type { PartDefinition } from "./part";

const kubernetesModules = "k8s.io/kubernetes";

/** Kubernetes' programs. Built from source they are one binary, which acts as the name says that it is called by (main.go). */
export const kubernetesPrograms = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kubelet",
  "kubectl",
  "kubeadm",
] as const;

/** What there is in several versions: folders of go/, in each of which a folder is a version's. */
export type VersionedPart = "kubernetes" | "etcd" | "coredns";

const definitions: Readonly<Record<VersionedPart, (version: string) => PartDefinition>> = {
  kubernetes: (version) => ({
    version,
    requires: {
      [kubernetesModules]: `v${version}`,
      "k8s.io/component-base": librariesOf(version),
    },
    binaries: { kubernetes: "." },
    variables: kubernetesVariables(version),
    links: Object.fromEntries(kubernetesPrograms.map((program) => [program, "kubernetes"])),
    // The pause image is made from it: https://github.com/kubernetes/kubernetes/tree/master/build/pause
    ships: [{ module: kubernetesModules, file: "build/pause/linux/pause.c", as: "pause.c" }],
    coldMinutes: 4.5,
    onDemand: true,
  }),
  etcd: (version) => ({
    version,
    requires: Object.fromEntries(
      ["server", "etcdctl", "etcdutl"].map((name) => [`go.etcd.io/etcd/${name}/v3`, `v${version}`]),
    ),
    binaries: {
      etcd: "go.etcd.io/etcd/server/v3",
      etcdctl: "go.etcd.io/etcd/etcdctl/v3",
      etcdutl: "go.etcd.io/etcd/etcdutl/v3",
    },
    // A constant in the module's own code.
    variables: {},
    coldMinutes: 0.4,
    onDemand: true,
  }),
  coredns: (version) => ({
    version,
    requires: { "github.com/coredns/coredns": `v${version}` },
    binaries: { coredns: "." },
    // A constant in the module's own code.
    variables: {},
    coldMinutes: 0.8,
    onDemand: true,
  }),
};

/** The version of each of them that belongs to a version of Kubernetes. */
export function versionsFor(kubernetes: KubernetesVersion): Record<VersionedPart, string> {
  const { etcd, coredns } = companionsOf(kubernetes);
  return { kubernetes, etcd, coredns };
}

/** Each version of one of them that belongs to some version of Kubernetes, once. */
export function versionedDefinitions(name: VersionedPart): PartDefinition[] {
  const wanted = kubernetesVersions.map((version) => versionsFor(version)[name]);
  return [...new Set(wanted)].map(definitions[name]);
}

/** What tests clusters: Kubernetes' own suite, of the newest version. */
export const conformanceParts = {
  conformance: {
    version: newestKubernetes,
    requires: {
      [kubernetesModules]: `v${newestKubernetes}`,
      "k8s.io/sample-apiserver": librariesOf(newestKubernetes),
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
    variables: kubernetesVariables(newestKubernetes),
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
} as const satisfies Readonly<Record<string, PartDefinition>>;

/** The version of those of Kubernetes' modules that are published by themselves, as go.mod has it. */
export function librariesOf(kubernetes: string): string {
  return kubernetes.replace(/^1/, "v0");
}

/**
 * What Kubernetes' release build sets; the commit is not known to a module, so that it reads `unknown`.
 * https://github.com/kubernetes/kubernetes/blob/master/hack/lib/version.sh
 */
function kubernetesVariables(version: string): Record<string, string> {
  const [major = "", minor = ""] = version.split(".");
  const of = (pkg: string): [string, string][] => [
    [`${pkg}.gitVersion`, `v${version}`],
    [`${pkg}.gitMajor`, major],
    [`${pkg}.gitMinor`, minor],
    [`${pkg}.gitTreeState`, "clean"],
    [`${pkg}.gitCommit`, ""],
  ];
  return Object.fromEntries([...of("k8s.io/component-base/version"), ...of("k8s.io/client-go/pkg/version")]);
}
