import * as pulumi from "@pulumi/pulumi";

import { refuseRenamed } from "../toolchain/recover/renamed";
import { stateStore } from "../toolchain/recover/state-store";

/**
 * Refuses the running stack when it was renamed. Its state is read where that is on this host: `make` looks at those elsewhere,
 * which take a second.
 * @throws {pulumi.RunError} that says what there is to do
 */
export async function refuseRenamedStack(variables: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { PULUMI_BACKEND_URL: url = "", SLIPWAY_STACK_DIRECTORY: project = process.cwd() } = variables;
  const stack = pulumi.getStack();
  if (!url.startsWith("file://")) return;
  const state = await stateStore(stack, variables, project).read();
  try {
    refuseRenamed(stack, state?.deployment ?? {});
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
