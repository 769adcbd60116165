// First, as it makes what follows faster.
import "../../stacks/plain-stack-traces";

import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { KubernetesCluster } from "../../components/cluster";
import { ServiceImage } from "../../components/images";
import { DockerMachines } from "../../components/machines";
import { Platform } from "../../components/platform";
import { Microservice, WorkloadNamespace } from "../../components/workloads";
import { clusterArgs, dockerMachinesArgs, platformArgs } from "../../stacks/component-args";
import { loadConfig, readStackConfig } from "../../stacks/config";
import { stackOwner } from "../../stacks/owner";
import { toolchainFacts } from "../../stacks/toolchain-facts";
import { contentKey } from "../../toolchain/content-key";
import { imageName } from "../../toolchain/images";

// An environment with its platform, and `services` microservices in the place of the shop.
const { services, ...settings } = readStackConfig();
const config = loadConfig(pulumi.getStack(), settings, toolchainFacts());
const machines = new DockerMachines(config.name, dockerMachinesArgs(config, stackOwner(), []));
const cluster = new KubernetesCluster(config.name, clusterArgs(config, machines));
const inCluster = { provider: cluster.provider, deletedWith: machines.foundation };
const ingress = { nodePorts: { http: 30080, https: 30443 } };
const platform = new Platform("platform", platformArgs(config, machines, ingress), inCluster);

const context = path.join(__dirname, "image");
const base = imageName("node");
const { reference: image } = new ServiceImage("service", {
  registry: machines.registry.host,
  credentials: machines.registry.user,
  repository: "service",
  tag: contentKey(context, base),
  context,
  dockerfile: "Dockerfile",
  buildArgs: { BASE: base },
});
const namespace = new WorkloadNamespace("services", inCluster).namespaceName;

/** Each talks to the one before it. Their requests are small, so that a hundred fit onto one small machine. */
const made: Microservice[] = [];
for (let index = 0; index < Number(services); index++) {
  const before = made.slice(-1);
  const service = new Microservice(
    `service-${index}`,
    {
      namespace,
      image,
      replicas: 1,
      talksTo: before,
      env: Object.fromEntries(before.map(({ url }) => ["BEFORE_URL", url])),
      resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "1", memory: "128Mi" } },
    },
    { ...inCluster, dependsOn: [platform.podNetwork] },
  );
  made.push(service);
}

/** The administrator's. Secret. */
export const kubeconfig = cluster.kubeconfig;
