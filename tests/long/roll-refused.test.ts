// Nightly (`make test-clusters`): 10 minutes where the images of the two Kubernetes versions are there.
import { askServer } from "../support/cluster-api";
import { etcdCredentials, nodesOf } from "../support/cluster-facts";
import { DockerEvents } from "../support/docker-events";
import { eventually, TestEnvironment } from "../support/test-environment";
import { isWell } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

const settings = (kubernetesVersion: string): Record<string, unknown> => ({
  kubernetesVersion,
  pools: [{ name: "worker", count: 1 }],
});
const machines = ["control-plane-0", "worker-0"];
const environment = new TestEnvironment(settings("1.35.4"));

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
  environment.configure(settings("1.36.3"));
  await environment.succeedMake("setup");
}, minutes(60));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

/** Something that stands in an upgrade's way, and what is said of it. */
interface Obstacle {
  readonly what: string;
  /** The version that is asked for. Default: one that is right. */
  readonly version?: string;
  readonly says: RegExp;
  /** Puts it in the way, and gives what takes it away. */
  readonly make?: () => Promise<() => Promise<unknown>>;
}

/** Raises an alarm of etcd, or lowers it; by etcd's own API, as it would after its disk's quota. */
async function alarm(action: "ACTIVATE" | "DEACTIVATE"): Promise<void> {
  const [controlPlane] = await nodesOf(environment);
  const credentials = await etcdCredentials(environment, "control-plane-0");
  const url = `https://${controlPlane?.address}:2379/v3/maintenance`;
  const status = await askServer(`${url}/status`, credentials, { method: "POST", body: {} });
  const { header } = JSON.parse(status.text) as { header: { member_id: string } };
  const body = { action, memberID: header.member_id, alarm: "CORRUPT" };
  const answer = await askServer(`${url}/alarm`, credentials, { method: "POST", body });
  expect(answer.status).toBe(200);
}

const obstacles: readonly Obstacle[] = [
  {
    what: "a minor that is skipped",
    version: "1.37.2",
    says: /1\.37\.2 skips 1\.36; the cluster has 1\.35\.4; write 1\.36\.3 first/,
  },
  {
    what: "a version that the toolchain does not have",
    version: "1.36.99",
    says: /slipway:kubernetesVersion: "?1\.36\.99"? is not a Kubernetes version that the toolchain has; write /,
  },
  {
    what: "a node that is not ready",
    says: /worker-0 is not ready/,
    async make() {
      await environment.inMachine("worker-0", "systemctl", "stop", "kubelet");
      await eventually(
        90,
        async () => (await nodesOf(environment)).find(({ name }) => name === "worker-0")?.isReady,
        (isReady) => isReady === false,
      );
      return async () => {
        await environment.inMachine("worker-0", "systemctl", "start", "kubelet");
        await isWell(environment, machines);
      };
    },
  },
  {
    what: "a disruption budget that allows nothing",
    says: /disruption budget default\/stuck never allows a pod of worker-0 to move/,
    async make() {
      const labels = { app: "stuck" };
      const image = await environment.kubectl(
        ...["get", "deployment", "-n", "shop", "storefront"],
        ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
      );
      const command = ["node", "-e", "setInterval(() => {}, 1000)"];
      await environment.apply(
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "stuck", namespace: "default" },
          spec: {
            replicas: 1,
            selector: { matchLabels: labels },
            template: {
              metadata: { labels },
              spec: {
                terminationGracePeriodSeconds: 0,
                containers: [{ name: "stuck", image, command }],
              },
            },
          },
        },
        {
          apiVersion: "policy/v1",
          kind: "PodDisruptionBudget",
          metadata: { name: "stuck", namespace: "default" },
          spec: { minAvailable: 1, selector: { matchLabels: labels } },
        },
      );
      const healthy = ["get", "pdb", "stuck", "-o", "jsonpath={.status.currentHealthy}"];
      await eventually(
        60,
        () => environment.kubectl(...healthy),
        (count) => count === "1",
      );
      return () => environment.kubectl("delete", "pdb,deployment", "stuck");
    },
  },
  {
    what: "a node that is no machine of the environment",
    says: /node foreign-0 is none of this cluster's machines/,
    async make() {
      await environment.apply({ apiVersion: "v1", kind: "Node", metadata: { name: "foreign-0" } });
      return () => environment.kubectl("delete", "node", "foreign-0");
    },
  },
  {
    what: "an alarm of etcd",
    says: /etcd: an alarm is raised/,
    async make() {
      await alarm("ACTIVATE");
      return () => alarm("DEACTIVATE");
    },
  },
];

/** A command that has to be refused, while it is watched whether a machine is touched. */
async function refused(...command: string[]): Promise<string> {
  const events = new DockerEvents(environment);
  try {
    const { output, failed } = await environment.pulumi(...command, "--color", "never");
    expect(failed ? "" : output).toBe("");
    // What Docker had been asked for would be told by now.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(events.changes).toEqual([]);
    return output;
  } finally {
    events.end();
  }
}

describe.each(obstacles)("$what", ({ version = "1.36.3", says, make }) => {
  let undo: (() => Promise<unknown>) | undefined;

  beforeAll(async () => {
    environment.configure(settings(version));
    undo = await make?.();
  }, minutes(3));

  afterAll(async () => {
    await undo?.();
  }, minutes(5));

  it.each(["preview", "up --yes --skip-preview"])(
    "makes `pulumi %s` fail with a sentence that says so, and no machine is touched",
    async (command) => {
      const output = await refused(...command.split(" "));
      expect(output).toMatch(says);
      // A sentence for a person: no stack of calls, no answer of a server as it came.
      expect(output).not.toMatch(/\n\s+at .*\.[jt]s:\d+|"kind":\s*"Status"/);
    },
    minutes(4),
  );
});

describe("when nothing stands in its way any more", () => {
  it(
    "the upgrade goes through, and the way back is refused",
    async () => {
      environment.configure(settings("1.36.3"));
      await environment.succeedMake("up");
      await isWell(environment, machines);
      expect((await nodesOf(environment)).map(({ version }) => version)).toEqual(["1.36.3", "1.36.3"]);
      environment.configure(settings("1.35.4"));
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        expect(await refused(...command)).toMatch(/1\.35\.4 is older than 1\.36\.3/);
      }
    },
    minutes(15),
  );
});
