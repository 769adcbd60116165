import versions from "../versions.json";
import type { PartDefinition } from "./part";

const containerd = "github.com/containerd/containerd/v2";

/** What machines run, and their pods before workloads, whatever the release of Kubernetes. */
export const machineParts = {
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
} as const satisfies Readonly<Record<string, PartDefinition>>;
