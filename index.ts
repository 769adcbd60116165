// First, as it makes what follows faster.
import "./stacks/plain-stack-traces";

import * as pulumi from "@pulumi/pulumi";

import { loadConfig, readStackConfig } from "./stacks/config";
import { dockerEnvironment, type EnvironmentOutputs } from "./stacks/docker-environment";
import { hostProblems } from "./stacks/host/host-checks";
import { hostFacts } from "./stacks/host/host-facts";
import { stackOwner } from "./stacks/owner";
import versions from "./toolchain/versions.json";

/** Pulumi runs what is exported, and what it gives are the stack's outputs. */
export = async function program(): Promise<EnvironmentOutputs> {
  const owner = stackOwner();
  const facts = await hostFacts();
  const config = loadConfig(
    pulumi.getStack(),
    readStackConfig(),
    { kubernetesVersions: [versions.kubernetes] },
    (config, settings) => hostProblems({ config, settings, owner }, facts),
  );
  return dockerEnvironment(config, owner);
};
