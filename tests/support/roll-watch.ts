import { setTimeout as sleep } from "node:timers/promises";

import { ClusterApi } from "./cluster-api";
import {
  etcdCredentials,
  etcdMembers,
  type EtcdMember,
  etcdServes,
  nodeFacts,
  type NodeFacts,
  type NodeObject,
  nodesOf,
} from "./cluster-facts";
import { type Credentials, portState } from "./requests";
import type { TestEnvironment } from "./test-environment";

/** What was seen of a cluster the last time that somebody looked. */
interface Sight {
  /** By the API's word; those of before, while it does not answer. */
  nodes: readonly NodeFacts[];
  /** Machines whose kubelet takes a connection. */
  readonly kubelets: Map<string, boolean>;
  /** Of the API server of each control plane; undefined while it does not answer. */
  readonly apiServers: Map<string, string | undefined>;
  /** The same, and what it was the last time that it did. */
  readonly lastApiServers: Map<string, string>;
  /** Control planes whose etcd serves. */
  readonly etcd: Map<string, boolean>;
  members: readonly EtcdMember[];
}

/** Something that may never be while machines roll. */
export interface Violation {
  readonly at: string;
  readonly what: string;
}

const intervalMilliseconds = 500;

/** Numbers of a version such as `1.36.3`, compared one after the other. */
export function isNewer(version: string, than: string): boolean {
  const [mine, others] = [version, than].map((text) => text.split(".").map(Number));
  const at = (mine ?? []).findIndex((number, index) => number !== others?.[index]);
  return at !== -1 && (mine?.[at] ?? 0) > (others?.[at] ?? 0);
}

/**
 * Looks at a cluster twice a second while its machines roll, from outside: at every kubelet, API server and etcd member by its
 * own address, and at Nodes through the load balancer. Each is asked in a loop of its own, so that one that is away keeps
 * nobody from seeing the others.
 */
export class RollWatch {
  readonly violations: Violation[] = [];
  samples = 0;
  private stopping = false;
  private readonly loops: Promise<void>[] = [];
  private readonly sight: Sight = {
    nodes: [],
    kubelets: new Map(),
    apiServers: new Map(),
    lastApiServers: new Map(),
    etcd: new Map(),
    members: [],
  };

  private constructor(
    private readonly api: ClusterApi,
    private readonly etcd: Credentials,
    private readonly machines: readonly NodeFacts[],
  ) {}

  /** Begins to watch a cluster, all of whose machines are there. */
  static async start(environment: TestEnvironment): Promise<RollWatch> {
    const api = await ClusterApi.of(environment);
    const etcd = await etcdCredentials(environment, "control-plane-0");
    const watch = new RollWatch(api, etcd, await nodesOf(environment));
    await watch.begin();
    return watch;
  }

  async end(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
  }

  private get controlPlanes(): readonly NodeFacts[] {
    return this.machines.filter(({ isControlPlane }) => isControlPlane);
  }

  private async begin(): Promise<void> {
    const looks = [
      () => this.lookAtNodes(),
      ...this.machines.map((machine) => () => this.lookAtKubelet(machine)),
      ...this.controlPlanes.flatMap((machine) => [
        () => this.lookAtApiServer(machine),
        () => this.lookAtEtcd(machine),
      ]),
    ];
    await Promise.all(looks.map((look) => look()));
    this.loops.push(
      ...looks.map((look) => this.repeat(look)),
      this.repeat(() => {
        this.judge();
        return Promise.resolve();
      }),
    );
  }

  private async repeat(look: () => Promise<void>): Promise<void> {
    while (!this.stopping) {
      const next = Date.now() + intervalMilliseconds;
      await look();
      await sleep(Math.max(0, next - Date.now()));
    }
  }

  private async lookAtNodes(): Promise<void> {
    const { status, text } = await this.api.ask("/api/v1/nodes", { timeoutSeconds: 3 });
    if (status === 200) this.sight.nodes = (JSON.parse(text) as { items: NodeObject[] }).items.map(nodeFacts);
  }

  private async lookAtKubelet({ name, address }: NodeFacts): Promise<void> {
    this.sight.kubelets.set(name, (await portState(address, 10250, 2)) === "open");
  }

  private async lookAtApiServer({ name, address }: NodeFacts): Promise<void> {
    const { status, text } = await this.api.askServerAt(address, "/version", { timeoutSeconds: 2 });
    const version =
      status === 200 ? (JSON.parse(text) as { gitVersion: string }).gitVersion.replace(/^v/, "") : undefined;
    this.sight.apiServers.set(name, version);
    if (version !== undefined) this.sight.lastApiServers.set(name, version);
  }

  private async lookAtEtcd({ name, address }: NodeFacts): Promise<void> {
    const serves = await etcdServes(address, this.etcd);
    this.sight.etcd.set(name, serves);
    if (!serves) return;
    this.sight.members = (await etcdMembers(address, this.etcd)) ?? this.sight.members;
  }

  private judge(): void {
    this.samples++;
    const at = new Date().toISOString();
    for (const what of [...this.tooManyAway(), ...this.tooFewVoters(), ...this.tooNewKubelets()]) {
      if (!this.violations.some((seen) => seen.what === what)) this.violations.push({ at, what });
    }
  }

  private tooManyAway(): string[] {
    const isAway = ({ name, isReady, isCordoned }: NodeFacts): boolean =>
      !isReady || isCordoned || this.sight.kubelets.get(name) === false;
    const away = this.sight.nodes.filter(isAway).map(({ name }) => name);
    const there = this.sight.nodes.map(({ name }) => name);
    const gone = this.machines.map(({ name }) => name).filter((name) => !there.includes(name));
    const all = [...away, ...gone];
    return all.length > 1 ? [`away at once: ${all.join(", ")}`] : [];
  }

  private tooFewVoters(): string[] {
    const { members, etcd } = this.sight;
    const voters = members.filter(({ name, votes }) => votes && etcd.get(name)).map(({ name }) => name);
    const wanted = this.controlPlanes.length - 1;
    return voters.length < wanted ? [`voters of etcd that serve: ${voters.join(", ") || "none"}`] : [];
  }

  /** A worker's kubelet may not be newer than any API server, that of a control plane not than its own one. */
  private tooNewKubelets(): string[] {
    const { nodes, apiServers, lastApiServers } = this.sight;
    return nodes.flatMap(({ name, version, isControlPlane }) => {
      const servers = isControlPlane ? [apiServers.get(name)] : [...lastApiServers.values()];
      const older = servers.filter((server) => server !== undefined && isNewer(version, server));
      return older.map((server) => `the kubelet of ${name} is ${version}, an API server ${server}`);
    });
  }
}
