import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { type Deployment, inClear, isRecord, providerOf, type ResourceState } from "./deployment";
import { describe, enumeration } from "./names";

const run = promisify(execFile);

/** How long the API may take to answer after its machines were started, in milliseconds. */
const patience = { total: 60_000, interval: 1000, report: 10_000 };

/**
 * Lets the next run take over objects whose creation was begun and not ended. The provider makes up a field manager for
 * each creation: with the killed one still there, the next one's would meet a conflict.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 *
 * @param objects - as the pending operations have them
 * @param state - the state with its secrets in clear, for the kubeconfig
 */
export async function releaseHalfMade(
  objects: readonly ResourceState[],
  state: Deployment,
  say: (line: string) => void,
): Promise<void> {
  await inClusters(objects, state, async (cluster, ofCluster) => {
    if (await cluster.answers(say)) {
      await Promise.all(ofCluster.map((object) => cluster.release(object)));
    } else {
      say(
        `The cluster's API does not answer: ${enumeration(ofCluster.map(describe))} may be there, made by the ` +
          "killed run; if the next run meets a conflict there, run it again",
      );
    }
  });
}

/**
 * Does something with each cluster that objects are in, together with those objects. Those whose provider has no kubeconfig
 * are left out.
 *
 * @param state - with its secrets in clear, for the kubeconfigs
 * @returns what came of it, by cluster
 */
export async function inClusters<T>(
  objects: readonly ResourceState[],
  { resources = [] }: Deployment,
  act: (cluster: Cluster, ofCluster: readonly ResourceState[]) => Promise<T>,
): Promise<T[]> {
  return await Promise.all(
    [...byKubeconfig(objects, resources)].map(async ([kubeconfig, ofCluster]) => {
      const cluster = new Cluster(kubeconfig);
      try {
        return await act(cluster, ofCluster);
      } finally {
        cluster.close();
      }
    }),
  );
}

function byKubeconfig(
  objects: readonly ResourceState[],
  resources: readonly ResourceState[],
): Map<string, ResourceState[]> {
  const groups = new Map<string, ResourceState[]>();
  for (const object of objects) {
    const { value: kubeconfig } = inClear(providerOf(object, resources)?.inputs?.kubeconfig);
    if (typeof kubeconfig !== "string") continue;
    groups.set(kubeconfig, [...(groups.get(kubeconfig) ?? []), object]);
  }
  return groups;
}

/** The cluster that a kubeconfig leads to, asked by kubectl. */
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

  /**
   * All objects of some kinds, each kind as {@link kubectlTarget} has it. A kind that the API does not know has none.
   * @returns undefined when the API does not answer
   */
  async list(kinds: readonly string[]): Promise<unknown[] | undefined> {
    if (kinds.length === 0) return [];
    // kubectl finds out what kinds there are before it asks for any, which of an API that is silent takes it minutes.
    const silent = new AbortController();
    this.kubectl("get", "--raw", "/readyz").catch(() => {
      silent.abort();
    });
    return await this.listUnless(silent.signal, kinds);
  }

  private async listUnless(silent: AbortSignal, kinds: readonly string[]): Promise<unknown[] | undefined> {
    try {
      return itemsOf(await this.ask(["get", kinds.join(","), ...everywhere], silent));
    } catch (error) {
      if (!String(error).includes("doesn't have a resource type")) return undefined;
      if (kinds.length === 1) return [];
      const each = await Promise.all(kinds.map((kind) => this.listUnless(silent, [kind])));
      return each.includes(undefined) ? undefined : each.flatMap((items) => items ?? []);
    }
  }

  /** Takes the provider's field managers from an object, where it is there. Its fields stay as they are. */
  async release(object: ResourceState): Promise<void> {
    const target = kubectlTarget(object);
    if (!target) return;
    const reading = ["-o", "json", "--show-managed-fields", "--ignore-not-found"];
    const found = await this.kubectl("get", ...target, ...reading);
    const managedFields = found === "" ? undefined : managedByOthers(JSON.parse(found));
    if (managedFields === undefined) return;
    const patch = [{ op: "replace", path: "/metadata/managedFields", value: managedFields }];
    await this.kubectl("patch", ...target, "--type=json", "--patch", JSON.stringify(patch));
  }

  /** Changes an object that is there, by a JSON patch that may hold secrets. */
  async patch(object: ResourceState, patch: readonly object[]): Promise<void> {
    const target = kubectlTarget(object);
    if (!target) return;
    const file = path.join(this.folder, "patch.json");
    writeFileSync(file, JSON.stringify(patch), { mode: 0o600 });
    await this.kubectl("patch", ...target, "--type=json", "--field-manager=slipway", "--patch-file", file);
  }

  /** Waits until the pods of a workload are what it says; resolves at once for what has none. */
  async rolledOut(object: ResourceState): Promise<void> {
    const target = kubectlTarget(object);
    if (!target || !/^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)$/.test(object.type)) return;
    await this.kubectl("rollout", "status", ...target, "--timeout=300s");
  }

  private async kubectl(...args: string[]): Promise<string> {
    return await this.ask(args);
  }

  private async ask(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const { stdout } = await run("kubectl", ["--request-timeout=10s", ...args], {
      signal,
      env: { ...process.env, KUBECONFIG: this.kubeconfig },
      maxBuffer: 2 ** 30,
    });
    return stdout.trim();
  }
}

const everywhere = ["--all-namespaces", "-o", "json", "--show-managed-fields"];

function itemsOf(json: string): unknown[] {
  const { items } = JSON.parse(json) as { items?: unknown[] };
  return items ?? [];
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

/**
 * An object's managed fields without those of Pulumi's provider, as a patch sets them: none are one empty entry.
 * Undefined when the provider has none.
 */
export function managedByOthers(object: unknown): unknown[] | undefined {
  const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
  const entries = Array.isArray(metadata.managedFields) ? (metadata.managedFields as unknown[]) : [];
  const others = entries.filter((entry) => !isOfProvider(entry));
  if (others.length === entries.length) return undefined;
  return others.length === 0 ? [{}] : others;
}

function isOfProvider(entry: unknown): boolean {
  return (
    isRecord(entry) && typeof entry.manager === "string" && entry.manager.startsWith("pulumi-kubernetes-")
  );
}
