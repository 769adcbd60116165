import { workerUserData } from "../../components/bootstrap";
import { clusterDns } from "../../components/machines";
import { apiHost } from "../../components/machines/aws/api-endpoint";
import { awsFacts } from "../../components/machines/aws/aws-facts";
import { compressedUserData } from "../../components/machines/aws/compressed-user-data";
import { companionsOf } from "../../toolchain/kubernetes-versions";
import type { EnvironmentConfig } from "../config/environment-config";
import { between, type CrossProblem, settingPath } from "../config/problems";

/** Pools whose machines' documents EC2 would refuse: their labels and taints are what the settings add to them. */
export function userDataProblems(config: EnvironmentConfig, machineFilesKey?: string): CrossProblem[] {
  const host = apiHost(config.name);
  const cluster = {
    name: config.name,
    kubernetesVersion: config.kubernetesVersion,
    etcdVersion: companionsOf(config.kubernetesVersion).etcd,
    endpoint: { host, port: 6443 },
    certificateSans: [host],
    networks: config.networks,
    dnsAddress: clusterDns(config.networks.services),
    certificateSeconds: config.certificates.validitySeconds,
  };
  return config.pools.flatMap(({ name, labels, taints }, position) => {
    const machine = { labels, taints };
    const document = workerUserData({ cluster, platform: awsFacts(config.name, machineFilesKey), machine });
    const setting = settingPath(["pools", position, "labels"]);
    try {
      compressedUserData(`pool ${name}`, document);
      return [];
    } catch (error) {
      return [between((error as Error).message, setting, settingPath(["pools", position, "taints"]))];
    }
  });
}
