import type { AppsV1Api, CoreV1Api, V1Deployment } from "@kubernetes/client-node";

import { reportFailure } from "./failure-report";

/** One roll-out of a Deployment. */
interface Rollout {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
}

const intervalSeconds = 1;
/** How long the API may give no answer before that is an error, in seconds. */
const silenceSeconds = 60;

/**
 * Resolves when all pods of a Deployment are new and available, and none is old. Rejects, with what the pods that failed
 * have to say, when Kubernetes has given it up: after `progressDeadlineSeconds` without a step.
 * @param kubeconfig of the cluster; empty for the one that kubectl would take
 * @param report is told of every change, one line each
 */
export async function waitForRollout(
  kubeconfig: string,
  rollout: Rollout,
  report: (line: string) => void,
): Promise<void> {
  const { apps, core } = await connect(kubeconfig);
  let told = "";
  let lastAnswer = Date.now();
  for (;;) {
    try {
      const deployment = await apps.readNamespacedDeployment(rollout);
      lastAnswer = Date.now();
      const state = stateOf(deployment, rollout.generation);
      if (state === "done") return;
      if (state === "failed") throw new Error(await reportFailure(core, deployment));
      if (state !== told) report(state);
      told = state;
    } catch (error) {
      if (!isUnanswered(error) || Date.now() - lastAnswer > silenceSeconds * 1000) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalSeconds * 1000));
  }
}

/** The library is loaded here, as it takes most of a second and a preview never asks. */
async function connect(kubeconfig: string): Promise<{ apps: AppsV1Api; core: CoreV1Api }> {
  const { AppsV1Api: Apps, CoreV1Api: Core, KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  if (kubeconfig === "") config.loadFromDefault();
  else config.loadFromString(kubeconfig);
  return { apps: config.makeApiClient(Apps), core: config.makeApiClient(Core) };
}

/** Whether nobody answered, or one who could not for now. */
function isUnanswered(error: unknown): boolean {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === "FetchError" || typeof code === "string" || (typeof code === "number" && code >= 500);
}

/**
 * `done`, `failed`, or what is waited for. As `kubectl rollout status` judges:
 * https://github.com/kubernetes/kubectl/blob/v0.36.0/pkg/polymorphichelpers/rollout_status.go
 */
export function stateOf({ spec, status }: V1Deployment, generation: number): string {
  if ((status?.observedGeneration ?? 0) < generation) return "waiting for the roll-out to begin";
  const progress = status?.conditions?.find(({ type }) => type === "Progressing");
  if (progress?.reason === "ProgressDeadlineExceeded") return "failed";
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = status ?? {};
  if (updated < wanted) return `${updated} of ${wanted} new pods are there`;
  if (replicas > updated) return `${replicas - updated} old pods are still there`;
  if (available < updated) return `${available} of ${updated} pods are ready`;
  return "done";
}
