import * as pulumi from "@pulumi/pulumi";

import type { RolloutInProgress } from "./failure-report";
import { waitForRollout } from "./rollout-watch";

/** Which roll-out to wait for, as plain values. */
export interface RolloutStatusInputs extends RolloutInProgress {
  /** Of the cluster; empty for the one that kubectl would take. Secret. */
  readonly kubeconfig: string;
}

/** What a finished one is known by. */
type RolloutStatusOutputs = Omit<RolloutStatusInputs, "kubeconfig">;

async function finished({ kubeconfig, ...rollout }: RolloutStatusInputs): Promise<RolloutStatusOutputs> {
  await waitForRollout(kubeconfig, rollout, (line) => {
    console.log(line);
  });
  return rollout;
}

export const rolloutStatusProvider: pulumi.dynamic.ResourceProvider<
  RolloutStatusInputs,
  RolloutStatusOutputs
> = {
  create: async (inputs) => ({
    id: `${inputs.namespace}/${inputs.name}`,
    outs: await finished(inputs),
  }),
  // A renewed kubeconfig is no roll-out.
  diff: (_id, olds, news) =>
    Promise.resolve({
      changes:
        olds.generation !== news.generation || olds.name !== news.name || olds.namespace !== news.namespace,
    }),
  update: async (_id, _olds, news) => ({ outs: await finished(news) }),
};

/**
 * A finished roll-out. It waits in the place of Pulumi's provider, which goes on waiting when a Deployment has failed, may take a StatefulSet that has not begun for one that is done,
 * and has no log lines to show. One that failed is not in the state as finished: the next `up` looks again.
 */
export class RolloutStatus extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    args: {
      readonly [Key in keyof RolloutStatusOutputs]: pulumi.Input<RolloutStatusOutputs[Key]>;
    },
    options: pulumi.CustomResourceOptions & { readonly parent: pulumi.ComponentResource },
  ) {
    const kubeconfig = pulumi.secret(kubeconfigOf(options.parent));
    super(rolloutStatusProvider, name, { ...args, kubeconfig }, options, "workloads", "RolloutStatus");
  }
}

/**
 * The kubeconfig that a component's provider was made with; empty when it has none of its own. Pulumi's SDK puts a
 * resource's inputs onto it, and the provider's type does not say so.
 */
function kubeconfigOf(component: pulumi.ComponentResource): pulumi.Output<string> {
  const provider = component.getProvider("kubernetes:apps/v1:Deployment");
  const { kubeconfig } = (provider ?? {}) as { readonly kubeconfig?: pulumi.Output<string | undefined> };
  return pulumi.output(kubeconfig).apply((text) => text ?? "");
}
