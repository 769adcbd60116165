import type { V1Pod } from "@kubernetes/client-node";

/** Uid of what makes a pod again: its controller, or nobody but itself. */
export const ownerOf = ({ metadata }: V1Pod): string =>
  metadata?.ownerReferences?.find(({ controller }) => controller)?.uid ?? metadata?.uid ?? "";

/** Whether a pod takes requests. */
export const isReady = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;

/** Whether a pod that is to run does not take requests. */
export const isUnready = (pod: V1Pod): boolean =>
  pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed" && !isReady(pod);
