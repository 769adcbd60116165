import * as pulumi from "@pulumi/pulumi";

import { connect } from "./connect";
import { reportFailure } from "./failure-report";

/** One for each provider: a hook's name is taken once in a program. */
const hooks = new Map<pulumi.ProviderResource | undefined, pulumi.ErrorHook>();

/**
 * Makes `pulumi up` say more when a StatefulSet does not become ready: besides what Pulumi's provider
 * reports, the latest warning and the last log lines of pods that are not ready. The provider's own wait decides what
 * has failed, and remembers it in the state: the next `up` tries again.
 * @param component whose provider leads to the cluster
 */
export function explainFailure(component: pulumi.ComponentResource): pulumi.ResourceHookBinding {
  // Programs under test have mocks in the engine's place, which know no hooks.
  if (!pulumi.runtime.hasEngine()) return {};
  const provider = component.getProvider("kubernetes:apps/v1:Deployment");
  const hook = hooks.get(provider) ?? failureHook(`slipway-failed-rollout-${hooks.size}`, provider);
  hooks.set(provider, hook);
  return { onError: [hook] };
}

function failureHook(name: string, provider: pulumi.ProviderResource | undefined): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async ({ newInputs }) => {
    try {
      // What holds a secret comes as an output.
      const { metadata, spec } = await valueOf(pulumi.output(newInputs as FailedObject));
      const { core } = await connect((await kubeconfigOf(provider)) ?? "");
      const report = await reportFailure(core, {
        namespace: metadata.namespace,
        name: metadata.name,
        labels: spec.selector.matchLabels,
      });
      await pulumi.log.error(report);
    } catch (error) {
      await pulumi.log.warn(`the pods that failed could not be asked why: ${String(error)}`);
    }
    return false;
  });
}

interface FailedObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly selector: { readonly matchLabels: Record<string, string> } };
}

/**
 * The kubeconfig that a provider was made with; undefined when it has none of its own and takes the one that kubectl
 * takes, too. Pulumi's SDK puts a resource's inputs onto it, and the provider's type does not say so.
 */
async function kubeconfigOf(provider: pulumi.ProviderResource | undefined): Promise<string | undefined> {
  const { kubeconfig } = (provider ?? {}) as { readonly kubeconfig?: pulumi.Output<string | undefined> };
  return await valueOf(pulumi.output(kubeconfig));
}

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
