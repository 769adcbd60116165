import type { CoreV1Api, V1Deployment, V1Pod, V1StatefulSet } from "@kubernetes/client-node";

/** One roll-out of a Deployment or StatefulSet. */
export interface RolloutInProgress {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
  /** Its `metadata.generation`: another one is another roll-out. */
  readonly generation: number;
  /** How many seconds it may go without a step before it has failed. */
  readonly deadlineSeconds: number;
}

/** Enough to see why, and no more than fits on a screen. */
const most = { pods: 2, lines: 12 };

/** What those pods that are not ready have to say, the newest first. */
export async function reportFailure(
  api: CoreV1Api,
  { spec, status }: V1Deployment | V1StatefulSet,
  { namespace, name, deadlineSeconds }: RolloutInProgress,
): Promise<string> {
  const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
    .map(([label, value]) => `${label}=${value}`)
    .join();
  const { items } = await api.listNamespacedPod({ namespace, labelSelector });
  const failed = items.filter((pod) => !isReady(pod)).sort((one, other) => age(one) - age(other));
  const reports = failed.slice(0, most.pods).map((pod) => reportPod(api, namespace, pod));
  const serving = status?.availableReplicas ?? 0;
  return [
    `the roll-out of ${namespace}/${name} made no step within ${deadlineSeconds} s; ` +
      (serving > 0 ? `${serving} pods go on serving` : "no pod serves"),
    ...(await Promise.all(reports)),
  ].join("\n");
}

function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}

function age({ metadata }: V1Pod): number {
  return Date.now() - (metadata?.creationTimestamp?.getTime() ?? 0);
}

async function reportPod(api: CoreV1Api, namespace: string, pod: V1Pod): Promise<string> {
  const name = pod.metadata?.name ?? "";
  const [warning, log] = await Promise.all([
    latestWarning(api, namespace, name),
    lastLines(api, namespace, pod),
  ]);
  const reasons = [...states(pod), ...warning];
  return [`  pod ${name}: ${reasons.join("; ")}`, ...log.map((line) => `    | ${line}`)].join("\n");
}

/** Why its container does not run, and how it ended last. */
function states({ status }: V1Pod): string[] {
  const { state, lastState, restartCount = 0 } = status?.containerStatuses?.[0] ?? {};
  const ended = state?.terminated ?? lastState?.terminated;
  const waiting = state?.waiting?.reason;
  return [
    waiting ?? (state?.running === undefined ? (status?.phase ?? "unknown") : "runs, but is not ready"),
    ...(ended === undefined ? [] : [`ended with exit code ${ended.exitCode} (${ended.reason ?? "?"})`]),
    ...(restartCount > 0 ? [`restarted ${restartCount} times`] : []),
  ];
}

/** What the cluster last warned of, such as a probe's answer, or an image that is not there. */
async function latestWarning(api: CoreV1Api, namespace: string, pod: string): Promise<string[]> {
  const fieldSelector = `involvedObject.name=${pod},type=Warning`;
  const { items } = await api.listNamespacedEvent({ namespace, fieldSelector });
  const seen = (at: Date | undefined): number => at?.getTime() ?? 0;
  const [latest] = items.sort((one, other) => seen(other.lastTimestamp) - seen(one.lastTimestamp));
  return latest?.message === undefined ? [] : [latest.message.trim()];
}

/** What the program printed before it ended; of one that still runs, what it printed until now. */
async function lastLines(api: CoreV1Api, namespace: string, pod: V1Pod): Promise<string[]> {
  const { restartCount = 0, state } = pod.status?.containerStatuses?.[0] ?? {};
  const name = pod.metadata?.name ?? "";
  try {
    const previous = restartCount > 0 && state?.terminated === undefined;
    const log = await api.readNamespacedPodLog({ name, namespace, previous, tailLines: most.lines });
    return log.split("\n").filter((line) => line.trim() !== "");
  } catch {
    // It never ran.
    return [];
  }
}
