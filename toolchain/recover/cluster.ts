import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { type Deployment, isRecord, providerOf, type ResourceState } from "./deployment";
import { describe, enumeration } from "./names";

const run = promisify(execFile);

/** How long the API may take to answer after its machines were started, in milliseconds. */
const patience = { total: 60_000, interval: 1000, report: 10_000 };

/**
 * Deletes objects whose creation was begun and not ended. The provider makes up a field manager for each creation: to
 * create over such an object would leave its fields with two managers, and the first change of one a conflict.
 *
 * @param objects - as the pending operations have them
 * @param inClear - the state with its secrets in clear, for the kubeconfig
 */
export async function deleteHalfMade(
  objects: readonly ResourceState[],
  inClear: Deployment,
  say: (line: string) => void,
): Promise<void> {
  const { resources = [] } = inClear;
  for (const [kubeconfig, ofCluster] of byKubeconfig(objects, resources)) {
    const cluster = new Cluster(kubeconfig);
    try {
      if (await cluster.answers(say)) {
        await Promise.all(ofCluster.map((object) => cluster.deleteIfOwned(object, say)));
      } else {
        say(
          `The cluster's API does not answer: ${enumeration(ofCluster.map(describe))} may be there half-made; ` +
            "the next run creates over it",
        );
      }
    } finally {
      cluster.close();
    }
  }
}

function byKubeconfig(
  objects: readonly ResourceState[],
  resources: readonly ResourceState[],
): Map<string, ResourceState[]> {
  const groups = new Map<string, ResourceState[]>();
  for (const object of objects) {
    const kubeconfig = secretText(providerOf(object, resources)?.inputs?.kubeconfig);
    if (kubeconfig === undefined) continue;
    groups.set(kubeconfig, [...(groups.get(kubeconfig) ?? []), object]);
  }
  return groups;
}

/** A secret of a state that was exported in clear: its plain text is JSON. */
function secretText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const plain = isRecord(value) && typeof value.plaintext === "string" ? value.plaintext : undefined;
  const text: unknown = plain === undefined ? undefined : JSON.parse(plain);
  return typeof text === "string" ? text : undefined;
}

class Cluster {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-recover-"));
  private readonly kubeconfig = path.join(this.folder, "kubeconfig");

  constructor(kubeconfig: string) {
    writeFileSync(this.kubeconfig, kubeconfig, { mode: 0o600 });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Whether the API answers, or does so in time. */
  async answers(say: (line: string) => void): Promise<boolean> {
    const start = Date.now();
    let nextReport = 0;
    while (Date.now() - start < patience.total) {
      const ready = await this.kubectl("get", "--raw", "/readyz").catch(() => undefined);
      if (ready !== undefined) return true;
      if (Date.now() - start >= nextReport) {
        say(`Waiting for the cluster's API, ${Math.round((Date.now() - start) / 1000)} of at most 60 s`);
        nextReport += patience.report;
      }
      await sleep(patience.interval);
    }
    return false;
  }

  async deleteIfOwned(object: ResourceState, say: (line: string) => void): Promise<void> {
    const target = kubectlTarget(object);
    if (!target) return;
    const found = await this.kubectl(
      "get",
      ...target,
      "-o",
      "json",
      "--show-managed-fields",
      "--ignore-not-found",
    );
    if (found === "" || !isManagedBy(JSON.parse(found), object.inputs?.__fieldManager)) return;
    await this.kubectl("delete", ...target, "--ignore-not-found", "--timeout=60s");
    say(`The half-made ${describe(object)} is deleted from the cluster: the next run creates it`);
  }

  private async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await run("kubectl", ["--request-timeout=10s", ...args], {
      env: { ...process.env, KUBECONFIG: this.kubeconfig },
    });
    return stdout.trim();
  }
}

/** What kubectl calls an object: kind with version and group, its name, and its namespace. */
export function kubectlTarget({ inputs = {} }: ResourceState): string[] | undefined {
  const { apiVersion, kind, metadata } = inputs;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isRecord(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== "string") return undefined;
  const [version = "", group] = apiVersion.split("/").reverse();
  const type = group === undefined ? kind : `${kind}.${version}.${group}`;
  return [type, name, ...(typeof namespace === "string" ? ["--namespace", namespace] : [])];
}

/** Whether an object of the API has fields of a manager: then it was made by the operation that made it up. */
export function isManagedBy(object: unknown, manager: unknown): boolean {
  const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
  const entries = Array.isArray(metadata.managedFields) ? (metadata.managedFields as unknown[]) : [];
  return entries.some((entry) => isRecord(entry) && entry.manager === manager);
}
