// First, as it makes what follows faster.
import "./stacks/plain-stack-traces";

import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import { readStackConfig } from "./stacks/config";
import { stackOwner } from "./stacks/owner";
import { refuseRenamedStack } from "./stacks/renamed-stack";

/** What makes the environments of one platform. */
type Program = typeof import("./stacks/aws-program") | typeof import("./stacks/docker-program");

// Only the one that is wanted is loaded: AWS' packages take long. By `import()` Node would look for JavaScript.
const load = createRequire(__filename);

/** Pulumi runs what is exported, and what it gives are the stack's outputs. */
export = async function program(): Promise<object> {
  await refuseRenamedStack();
  const settings = readStackConfig();
  const file = settings.platform === "aws" ? "./stacks/aws-program" : "./stacks/docker-program";
  const { environment } = load(file) as Program;
  return await environment(pulumi.getStack(), settings, stackOwner());
};
