import type { Instance } from "./instance";

/** Writes one line of JSON to the standard output, where the kubelet collects it. */
export function log(instance: Instance, entry: Record<string, string | number | undefined>): void {
  const { service, pod } = instance;
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), service, pod, ...entry })}\n`);
}
