// Nightly (`make test-clusters`): 15 minutes.
import { rmSync } from "node:fs";

import { etcdCredentials, etcdServes, nodesOf } from "../support/cluster-facts";
import { DockerEvents } from "../support/docker-events";
import { copyRepository, edit } from "../support/repository-copy";
import { type Result, TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, madeAt, membersOfEtcd } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

const machines = ["control-plane-0", "control-plane-1", "control-plane-2", "worker-0"];
const unit = "machine-image/rootfs/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf";
const [sound, broken] = ["\nExecStart=/usr/bin/kubelet ", "\nExecStart=/bin/false "];

const copy = copyRepository();
const environment = new TestEnvironment(
  {
    controlPlane: { count: 3, memory: "2Gi" },
    pools: [{ name: "worker", count: 1, memory: "2Gi" }],
  },
  copy,
);

let members: Awaited<ReturnType<typeof membersOfEtcd>>;
/** When each machine was made, before anything was broken. */
let made: readonly number[];

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
  members = await membersOfEtcd(environment);
  made = await madeAt(environment, machines);
  edit(copy, unit, (text) => text.replace(sound, broken));
  await environment.succeedMake("setup");
}, minutes(20));

afterAll(async () => {
  await environment.destroy();
  rmSync(copy, { recursive: true });
}, minutes(5));

/** A run that has to fail, how long it took, and the machines that it touched. */
async function failing(): Promise<Result & { readonly seconds: number; readonly touched: string[] }> {
  const events = new DockerEvents(environment);
  const begin = Date.now();
  const { output, failed } = await environment.make("up");
  events.end();
  return { output, failed, seconds: (Date.now() - begin) / 1000, touched: events.touched };
}

/** The beginning of what a failed run says in the end. */
const diagnostics = (output: string): string =>
  output.slice(output.lastIndexOf("Diagnostics:")).slice(0, 4000);

async function votersThatServe(): Promise<string[]> {
  const nodes = (await nodesOf(environment)).filter(({ isControlPlane }) => isControlPlane);
  const credentials = await etcdCredentials(environment, "control-plane-2");
  const serve = await Promise.all(nodes.map(({ address }) => etcdServes(address, credentials)));
  return nodes.map(({ name }) => name).filter((_, index) => serve[index]);
}

describe("an image whose kubelet ends at once", () => {
  let stopped = "";

  /** What it says has to name the machine, the step and why; and a person has to be able to read it. */
  function expectToSayWhy(output: string): void {
    expect(output).toMatch(new RegExp(`${stopped} failed at: .*\\n[^]*kubelet`));
    expect(output).not.toContain("error serializing property");
  }

  it(
    "stops `up` at one machine, in less than three minutes, with its name, its step and its log lines",
    async () => {
      const { output, failed, seconds, touched } = await failing();
      console.log(`failed after ${seconds} s: ${diagnostics(output)}`);
      expect(failed).toBe(true);
      expect(seconds).toBeLessThan(180);
      expect(touched).toEqual([expect.stringMatching(/^control-plane-/)]);
      [stopped = ""] = touched;
      expectToSayWhy(output);
    },
    minutes(8),
  );

  it(
    "stops the next `up` at the same machine, as soon",
    async () => {
      const { output, failed, seconds, touched } = await failing();
      console.log(`failed after ${seconds} s: ${diagnostics(output)}`);
      expect(failed).toBe(true);
      expect(seconds).toBeLessThan(180);
      expect(touched.filter((machine) => machine !== stopped)).toEqual([]);
      expectToSayWhy(output);
    },
    minutes(8),
  );

  it("leaves the other machines alone, and the cluster at work", async () => {
    const now = await madeAt(environment, machines);
    const others = machines.filter((_, index) => now[index] === made[index]);
    expect(others).toEqual(machines.filter((machine) => machine !== stopped));
    expect(await membersOfEtcd(environment)).toEqual(members);
    expect((await votersThatServe()).length).toBeGreaterThanOrEqual(2);
    expect(await environment.shopStatus()).toBe(200);
    await environment.kubectl("create", "configmap", "written", "--from-literal=word=meanwhile");
  });
});

describe("the image as it was", () => {
  it(
    "heals it, and etcd is the one of before",
    async () => {
      edit(copy, unit, (text) => text.replace(broken, sound));
      await environment.succeedMake("up");
      await isWell(environment, machines);
      expect(await membersOfEtcd(environment)).toEqual(members);
      const word = ["get", "configmap", "written", "-o", "jsonpath={.data.word}"];
      expect(await environment.kubectl(...word)).toBe("meanwhile");
      await changesNothing(environment);
    },
    minutes(10),
  );
});
