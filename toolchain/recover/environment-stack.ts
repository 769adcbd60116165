import { pulumiEnvironment } from "../environment";
import { type StateStore, stateStore } from "./state-store";

/** An environment's stack, as it is called and where it is. */
export interface EnvironmentStack {
  /** Variables that `pulumi` is called with. */
  readonly environment: NodeJS.ProcessEnv;
  /** The environment's own folder. */
  readonly directory: string;
  /** Folder of the stack's Pulumi.yaml: with a backend of the user's own that is the repository. */
  readonly project: string;
  readonly store: StateStore;
}

/** @throws Error when the name is none of an environment */
export function environmentStack(name: string): EnvironmentStack {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...pulumiEnvironment(name) };
  const { SLIPWAY_ENVIRONMENT_DIRECTORY: directory = "", SLIPWAY_STACK_DIRECTORY: project = "" } =
    environment;
  return { environment, directory, project, store: stateStore(name, environment, project) };
}
