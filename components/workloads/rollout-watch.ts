import type { AppsV1Api, CoreV1Api, V1Deployment, V1StatefulSet } from "@kubernetes/client-node";

import { reportFailure, type RolloutInProgress } from "./failure-report";

const intervalSeconds = 1;
/** How long the API may give no answer before that is an error, in seconds. */
const silenceSeconds = 60;

/**
 * Resolves when all pods are new and available, and none is old. Rejects, with what the pods that failed have to say, when
 * it has made no step for so long that it is given up: a Deployment by Kubernetes itself, a StatefulSet, which has no such
 * setting, by this function.
 * @param kubeconfig of the cluster; empty for the one that kubectl would take
 * @param report is told of every change, one line each
 */
export async function waitForRollout(
  kubeconfig: string,
  rollout: RolloutInProgress,
  report: (line: string) => void,
): Promise<void> {
  const { apps, core } = await connect(kubeconfig);
  let told = "";
  let lastAnswer = Date.now();
  let lastStep = Date.now();
  for (;;) {
    try {
      const { controller, state } = await look(apps, rollout);
      lastAnswer = Date.now();
      if (state === "done") return;
      if (state !== told) {
        report(state);
        lastStep = Date.now();
      }
      told = state;
      const isOver = rollout.kind === "StatefulSet" && Date.now() - lastStep > rollout.deadlineSeconds * 1000;
      if (state === "failed" || isOver) throw new Error(await reportFailure(core, controller, rollout));
    } catch (error) {
      if (!isUnanswered(error) || Date.now() - lastAnswer > silenceSeconds * 1000) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalSeconds * 1000));
  }
}

async function look(
  apps: AppsV1Api,
  { kind, generation, ...object }: RolloutInProgress,
): Promise<{ readonly controller: V1Deployment | V1StatefulSet; readonly state: string }> {
  if (kind === "Deployment") {
    const controller = await apps.readNamespacedDeployment(object);
    return { controller, state: stateOf(controller, generation) };
  }
  const controller = await apps.readNamespacedStatefulSet(object);
  return { controller, state: statefulStateOf(controller, generation) };
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

/** `done`, or what is waited for; judged as for a Deployment. */
export function statefulStateOf({ spec, status }: V1StatefulSet, generation: number): string {
  if ((status?.observedGeneration ?? 0) < generation) return "waiting for the roll-out to begin";
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas: available = 0 } = status ?? {};
  // Where nothing of the pods has changed, they count as pods of the current revision alone.
  const isSame = status?.currentRevision === status?.updateRevision;
  const updated = isSame ? replicas : updatedReplicas;
  if (updated < wanted) return `${updated} of ${wanted} new pods are there`;
  if (replicas > wanted) return `${replicas - wanted} pods too many are still there`;
  if (available < wanted) return `${available} of ${wanted} pods are ready`;
  return "done";
}
