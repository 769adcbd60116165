// Nightly (`make test-clusters`): 15 minutes.
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { promisify } from "node:util";

import { nodesOf } from "../support/cluster-facts";
import { DockerEvents } from "../support/docker-events";
import { LiveMachine } from "../support/live-machine";
import { changeApiServerArgument, copyRepository, edit } from "../support/repository-copy";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell } from "../support/whole-environment";

const run = promisify(execFile);
const minutes = (count: number): number => count * 60_000;

const controlPlanes = ["control-plane-0", "control-plane-1", "control-plane-2"];
const machines = [...controlPlanes, "worker-0"];
const copy = copyRepository();

interface PoolSettings {
  readonly memory?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly object[];
}

const settings = (pool: PoolSettings): Record<string, unknown> => ({
  controlPlane: { count: 3, memory: "2Gi" },
  pools: [{ name: "worker", count: 1, memory: "2Gi", ...pool }],
});
const environment = new TestEnvironment(settings({ labels: { disk: "slow" } }), copy);

/** Puts back what kept the machines from the network outside. */
let reconnect: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
  reconnect = await disconnected();
}, minutes(15));

afterAll(async () => {
  await reconnect();
  await environment.destroy();
  rmSync(copy, { recursive: true });
}, minutes(5));

/** Keeps the environment's machines from everything but this host and each other. */
async function disconnected(): Promise<() => Promise<void>> {
  const name = environment.container("").replace(/-$/, "");
  const { stdout } = await run("docker", ["network", "inspect", "--format", "{{.Id}}", name]);
  const bridge = `br-${stdout.trim().slice(0, 12)}`;
  // Not by addresses: where bridged packets pass iptables, what a machine sends to a pod of another one does too.
  const rule = ["DOCKER-USER", "--in-interface", bridge, "!", "--out-interface", bridge, "--jump", "DROP"];
  await run("iptables", ["--insert", ...rule]);
  return async () => {
    await run("iptables", ["--delete", ...rule]);
  };
}

/** Brings a change up, and gives the machines that were made anew for it, in their order. */
async function madeBy(change: () => void): Promise<string[]> {
  change();
  const events = new DockerEvents(environment);
  try {
    await environment.succeedMake("up");
    await isWell(environment, machines);
    await changesNothing(environment);
    return events.made;
  } finally {
    events.end();
  }
}

async function worker() {
  const node = (await nodesOf(environment)).find(({ name }) => name === "worker-0");
  if (!node) throw new Error("there is no worker-0");
  return node;
}

describe("where the network outside is cut off", () => {
  it(
    "a pool's labels and taints change on its nodes, and no machine is touched",
    async () => {
      const taint = { key: "dedicated", value: "shop", effect: "PreferNoSchedule" };
      const made = await madeBy(() => {
        environment.configure(settings({ labels: { disk: "fast", rack: "one" }, taints: [taint] }));
      });
      expect(made).toEqual([]);
      expect((await worker()).labels).toMatchObject({ disk: "fast", rack: "one" });
      const taints = ["get", "node", "worker-0", "-o", "jsonpath={.spec.taints}"];
      expect(JSON.parse(await environment.kubectl(...taints))).toEqual([taint]);
    },
    minutes(6),
  );

  it(
    "labels and taints that are written no more go from the nodes, and others stay",
    async () => {
      await environment.kubectl("label", "node", "worker-0", "somebody=else");
      expect(
        await madeBy(() => {
          environment.configure(settings({ labels: { disk: "fast" } }));
        }),
      ).toEqual([]);
      const { labels } = await worker();
      expect(labels).toMatchObject({ disk: "fast", somebody: "else" });
      expect(labels).not.toHaveProperty("rack");
      const taints = ["get", "node", "worker-0", "-o", "jsonpath={.spec.taints}"];
      expect(await environment.kubectl(...taints)).toBe("");
    },
    minutes(6),
  );

  it(
    "a pool's memory arrives in what its nodes have to give",
    async () => {
      const capacity = async (): Promise<number> => {
        const path = "jsonpath={.status.allocatable.memory}";
        return Number.parseInt(await environment.kubectl("get", "node", "worker-0", "-o", path), 10) / 1024;
      };
      const before = await capacity();
      await madeBy(() => {
        environment.configure(settings({ labels: { disk: "fast" }, memory: "3Gi" }));
      });
      // In MiB: as much more as was written.
      expect((await capacity()) - before).toBeGreaterThan(1000);
      expect((await capacity()) - before).toBeLessThan(1050);
    },
    minutes(8),
  );

  it(
    "an argument of the API server and a field of the kubelet are live on every machine that has them",
    async () => {
      const made = await madeBy(() => {
        changeApiServerArgument(copy, 31);
        edit(copy, "components/bootstrap/kubelet.ts", (text) =>
          text.replace("podPidsLimit: 4096", "podPidsLimit: 4097"),
        );
      });
      expect(made.slice(0, 3).sort()).toEqual(controlPlanes);
      expect(made.slice(3)).toEqual(["worker-0"]);
      for (const controlPlane of controlPlanes) {
        const flags = await new LiveMachine(environment, controlPlane).flagsOf("kube-apiserver");
        expect([controlPlane, flags["audit-log-maxage"]]).toEqual([controlPlane, "31"]);
      }
      for (const machine of machines) {
        const { podPidsLimit } = await new LiveMachine(environment, machine).kubeletConfiguration();
        expect([machine, podPidsLimit]).toEqual([machine, 4097]);
      }
    },
    minutes(15),
  );
});
