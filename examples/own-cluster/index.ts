import * as pulumi from "@pulumi/pulumi";
import {
  clusterDns,
  DockerMachines,
  type DockerMachinesArgs,
  KubernetesCluster,
  type KubernetesClusterArgs,
  Platform,
} from "@slipway/kubernetes";

/** What `make images` prints: the names of its images, and the versions of what is inside. */
interface Built {
  readonly images: DockerMachinesArgs["images"];
  readonly versions: KubernetesClusterArgs["versions"];
}

const config = new pulumi.Config();
const { images, versions } = config.requireObject<Built>("built");
const name = pulumi.getStack();
const networks = { pods: "10.244.0.0/16", services: "10.96.0.0/16" };
const dnsAddress = clusterDns(networks.services);

// Where machines run.
const machines = new DockerMachines(name, {
  environment: name,
  network: config.require("network"),
  addressBlocks: { worker: 1 },
  ports: { api: config.requireNumber("apiPort"), registry: config.requireNumber("registryPort") },
  exposedPorts: [],
  images,
});

// The machines, as nodes of one cluster.
const cluster = new KubernetesCluster(name, {
  machines,
  versions,
  controlPlane: { count: 1, cpus: 2, memoryMiB: 3072 },
  pools: [{ name: "worker", count: 1, cpus: 2, memoryMiB: 2048, labels: { disk: "fast" } }],
  networks,
  dnsAddress,
});

// Pod network, DNS, storage and metrics. When what the machines stand on goes, all of it is gone.
new Platform(
  `${name}-platform`,
  {
    // The machines' image has what these pods run.
    versions: "bundled",
    apiEndpoint: machines.endpoint,
    podCidr: networks.pods,
    serviceCidr: networks.services,
    dnsAddress,
    // Containers share the host's kernel.
    conntrackLimits: false,
    // A KubernetesCluster's kubelets ask its own authority for certificates; these machines' are approved.
    verifyKubelet: true,
    machines: { names: "(control-plane|worker)-[0-9]+", cidrs: [config.require("network")] },
  },
  { provider: cluster.provider, deletedWith: machines.foundation },
);

export const kubeconfig = cluster.kubeconfig;
export const nodes = cluster.readyNodes;
