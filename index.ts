import * as pulumi from "@pulumi/pulumi";

import { loadConfig, readStackConfig } from "./stacks/config";
import { dockerEnvironment } from "./stacks/docker-environment";
import versions from "./toolchain/versions.json";

const config = loadConfig(pulumi.getStack(), readStackConfig(), {
  kubernetesVersions: [versions.kubernetes],
});

export const { shopUrl, kubeconfig, nodes, registry } = dockerEnvironment(config);
