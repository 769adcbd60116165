// First, as it makes what follows faster.
import "../../stacks/plain-stack-traces";

import * as pulumi from "@pulumi/pulumi";

import { KubernetesCluster } from "../../components/cluster";
import { DockerMachines } from "../../components/machines";
import { ClusterDns, KubeProxy, PodNetwork } from "../../components/platform";
import { clusterArgs, dockerMachinesArgs, platformArgs } from "../../stacks/component-args";
import { loadConfig, readStackConfig } from "../../stacks/config";
import { stackOwner } from "../../stacks/owner";
import { toolchainFacts } from "../../stacks/toolchain-facts";

// What by-hand.sh makes: machines, cluster, pod network, and the two addons of kubeadm.
const config = loadConfig(pulumi.getStack(), readStackConfig(), toolchainFacts());
const machines = new DockerMachines(config.name, dockerMachinesArgs(config, stackOwner(), []));
const cluster = new KubernetesCluster(config.name, clusterArgs(config, machines));

const args = platformArgs(config, machines);
const inCluster = { provider: cluster.provider, deletedWith: machines.foundation };
const version = "bundled";
new KubeProxy("kube-proxy", { ...args, version }, inCluster);
new PodNetwork("pod-network", { ...args, version }, inCluster);
new ClusterDns("dns", { version, address: args.dnsAddress }, inCluster);

export const nodes = cluster.readyNodes;
