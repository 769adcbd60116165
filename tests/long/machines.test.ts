// Nightly (`make test-clusters`): 8 minutes. Of it, `make test` has machines that are killed, in tests/e2e/roll.test.ts.
import { KubeConfig } from "@kubernetes/client-node";

import { etcdctl } from "../support/cluster-facts";
import { killMachines, livesOf } from "../support/killed-machines";
import { eventually, TestEnvironment } from "../support/test-environment";

const settings = (controlPlanes: number, workers: number): Record<string, unknown> => ({
  controlPlane: { count: controlPlanes, memory: "2Gi" },
  pools: [{ name: "worker", count: workers, memory: "2Gi" }],
});

const environment = new TestEnvironment(settings(1, 2));
const minutes = (count: number): number => count * 60_000;

beforeAll(async () => {
  await environment.create();
  await environment.up();
}, minutes(10));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

const first = ["control-plane-0", "worker-0", "worker-1"];
const controlPlanes = ["control-plane-0", "control-plane-1", "control-plane-2"];

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

async function nodes(): Promise<string[]> {
  return words(await environment.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"));
}

/** Names of the etcd members that vote. */
async function etcdMembers(): Promise<string[]> {
  const list = await etcdctl(environment, "member", "list");
  // ID, status, name, peer URLs, client URLs, whether it is a learner
  const members = list.split("\n").map((line) => line.split(", "));
  return members
    .filter(([, status, , , , isLearner]) => status === "started" && isLearner === "false")
    .map(([, , name = ""]) => name)
    .sort();
}

const lives = (machines: readonly string[]): Promise<string[]> => livesOf(environment, machines);

/** Requests to the API through the load balancer, one after the other, while something happens; gives how many failed. */
async function failuresWhile(disturbance: () => Promise<unknown>): Promise<number> {
  let failures = 0;
  const end = new AbortController();
  const requests = (async (): Promise<void> => {
    while (!end.signal.aborted) {
      await environment.kubectl("get", "--raw", "/api/v1/namespaces/default").catch(() => (failures += 1));
    }
  })();
  await disturbance().finally(() => {
    end.abort();
  });
  await requests;
  return failures;
}

describe("an environment whose counts are edited", () => {
  it(
    "grows from one to three control planes and from two to four workers, and touches no machine of before",
    async () => {
      const before = await lives(first);
      environment.configure(settings(3, 4));
      await environment.up();
      expect(await nodes()).toEqual([...controlPlanes, "worker-0", "worker-1", "worker-2", "worker-3"]);
      expect(await etcdMembers()).toEqual(controlPlanes);
      expect(await lives(first)).toEqual(before);
      const { output, failed } = await environment.pulumi("preview", "--expect-no-changes");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    },
    minutes(10),
  );

  it.each(["control-plane-1", "control-plane-2"])(
    "has %s's kubelet ask the API server beside it, with a certificate that is renewed",
    async (controlPlane) => {
      const read = async (name: string): Promise<KubeConfig> => {
        const config = new KubeConfig();
        config.loadFromString(
          await environment.inMachine(controlPlane, "cat", `/etc/kubernetes/${name}.conf`),
        );
        return config;
      };
      const [kubelet, scheduler] = await Promise.all([read("kubelet"), read("scheduler")]);
      expect(kubelet.getCurrentCluster()?.server).toBe(scheduler.getCurrentCluster()?.server);
      const certificate = "/var/lib/kubelet/pki/kubelet-client-current.pem";
      expect(kubelet.getCurrentUser()).toMatchObject({ certFile: certificate, keyFile: certificate });
      expect(kubelet.getCurrentUser()?.certData).toBeUndefined();
    },
  );

  it.each(controlPlanes)(
    "fails at most one request of a client when %s is stopped, goes on, and gets it back when it is started",
    async (controlPlane) => {
      try {
        const failures = await failuresWhile(async () => {
          await environment.docker(["stop"], controlPlane);
          await new Promise((resolve) => setTimeout(resolve, 5000));
        });
        expect(failures).toBeLessThanOrEqual(1);
        expect(await environment.shopStatus()).toBe(200);
      } finally {
        await environment.docker(["start"], controlPlane);
      }
      await environment.kubectl("wait", "--for=condition=Ready", `node/${controlPlane}`, "--timeout=120s");
      await eventually(
        120,
        () =>
          environment.inMachine(controlPlane, "curl", "-sk", "https://localhost:6443/readyz").catch(String),
        (answer) => answer === "ok",
      );
    },
    minutes(6),
  );

  it.each([
    { what: "one worker", machines: ["worker-0"] },
    {
      what: "every machine at once",
      machines: [...controlPlanes, "worker-0", "worker-1", "worker-2", "worker-3"],
    },
  ])(
    "comes back without a hand when $what is killed, with its data",
    async ({ machines }) => {
      await environment.kubectl("create", "configmap", "remembered", "--from-literal=word=kept");
      await killMachines(environment, machines);
      await eventually(
        240,
        () =>
          environment.kubectl("get", "configmap", "remembered", "-o", "jsonpath={.data.word}").catch(String),
        (word) => word === "kept",
      );
      await eventually(
        240,
        () => environment.shopStatus(),
        (status) => status === 200,
      );
      await environment.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=180s");
      await environment.kubectl(
        "wait",
        "--for=condition=Available",
        "deployment",
        "--all",
        "-A",
        "--timeout=180s",
      );
      await environment.kubectl("delete", "configmap", "remembered");
    },
    minutes(10),
  );

  it(
    "shrinks again: what leaves is drained first, and neither the API nor etcd remembers it",
    async () => {
      const placed = async (): Promise<string> =>
        environment.kubectl("get", "pods", "-n", "shop", "-o", "jsonpath={.items[*].spec.nodeName}");
      const before = await lives(first);
      environment.configure(settings(1, 2));
      const output = await environment.up();
      for (const machine of ["control-plane-1", "control-plane-2", "worker-2", "worker-3"]) {
        expect(output).toContain(`${machine}: left the cluster`);
      }
      expect(await nodes()).toEqual(first);
      expect(await etcdMembers()).toEqual(["control-plane-0"]);
      expect(await lives(first)).toEqual(before);
      expect(words(await placed()).every((node) => first.includes(node))).toBe(true);
      const left = await environment.leftovers();
      expect(left.filter((name) => /worker-[23]|control-plane-[12]/.test(name))).toEqual([]);
      expect(await environment.shopStatus()).toBe(200);
    },
    minutes(10),
  );
});
