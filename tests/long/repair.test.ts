// Nightly (`make test-clusters`): 30 minutes.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { environmentLabel, ownerLabel } from "../../components/machines/belonging";
import { ownerOf } from "../../toolchain/owner";
import { newestKubernetes } from "../../toolchain/kubernetes-versions";
import { nodesOf } from "../support/cluster-facts";
import { eventually, TestEnvironment } from "../support/test-environment";
import { isWell } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(8));

const machines = ["control-plane-0", "worker-0", "worker-1"];
const environment = new TestEnvironment({
  // Their disks are there before: what was made with them nobody can tell.
  kubernetesVersion: newestKubernetes,
  shop: "monolith",
  controlPlane: { memory: "2Gi" },
  pools: [{ name: "worker", count: 2, memory: "1536Mi" }],
});

const run = async (program: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args)).stdout.trim();

/** A small disk that all machines share, as they do the host's: this host's own is not filled. */
class SharedDisk {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-disk-"));
  private readonly mounted = path.join(this.folder, "mounted");

  async make(gibibytes: number): Promise<void> {
    const image = path.join(this.folder, "image");
    mkdirSync(this.mounted);
    await run("truncate", "--size", `${gibibytes}G`, image);
    await run("mkfs.ext4", "-q", "-m", "0", image);
    await run("mount", "-o", "loop", image, this.mounted);
    const owner = ownerOf(
      environment.pulumiVariables.PULUMI_BACKEND_URL ?? "",
      "organization",
      "slipway",
      environment.name,
    );
    for (const machine of machines) {
      const place = path.join(this.mounted, machine);
      mkdirSync(place);
      const role = machine.startsWith("control-plane") ? "control-plane" : "worker";
      const labels = { [environmentLabel]: environment.name, [ownerLabel]: owner, "slipway.role": role };
      await run(
        ...["docker", "volume", "create", "--driver", "local"],
        ...["--opt", "type=none", "--opt", "o=bind", "--opt", `device=${place}`],
        ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
        environment.container(machine),
      );
    }
  }

  freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.mounted);
    return bavail * bsize;
  }

  async remove(): Promise<void> {
    await run("umount", this.mounted).catch(() => "");
    rmSync(this.folder, { recursive: true });
  }
}

const disk = new SharedDisk();
let image = "";

/** A pod without any limit that runs a program of Node's on a machine. */
async function start(name: string, machine: string, program: string): Promise<void> {
  await environment.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      nodeName: machine,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: "hog",
          image,
          command: ["node", "-e", program],
          volumeMounts: [{ name: "data", mountPath: "/data" }],
        },
      ],
      volumes: [{ name: "data", emptyDir: {} }],
    },
  });
}

const remove = (name: string): Promise<string> =>
  environment.kubectl("delete", "pod", name, "--ignore-not-found", "--timeout=90s");

/** The processes that a machine cannot do without, by their ids. */
const vital = (machine: string): Promise<string> =>
  environment.inMachine(
    machine,
    "sh",
    "-c",
    "for name in systemd containerd kubelet kube-router kube-proxy etcd kube-apiserver; do pgrep -o -x $name; done; true",
  );

/** Pods that were evicted, and those that are not in the default namespace but have been restarted. */
async function victims(): Promise<string[]> {
  const events = await environment.kubectl(
    ...["get", "events", "--all-namespaces", "--field-selector", "reason=Evicted", "--output"],
    "jsonpath={range .items[*]}{.involvedObject.namespace}/{.involvedObject.name}{'\\n'}{end}",
  );
  return events.split("\n").filter((name) => name !== "" && !name.startsWith("default/"));
}

beforeAll(async () => {
  await disk.make(5);
  await environment.succeedMake("up");
  await isWell(environment, machines);
  const containers = "jsonpath={.items[0].spec.template.spec.containers[0].image}";
  image = await environment.kubectl("get", "deployments", "--namespace", "shop", "--output", containers);
}, minutes(20));

afterAll(async () => {
  try {
    await environment.destroy();
  } finally {
    await disk.remove();
  }
}, minutes(5));

describe("a pod that takes all memory it can get", () => {
  test.each(["worker-0", "control-plane-0"])(
    "is killed on %s, and nothing else is",
    async (machine) => {
      const before = await vital(machine);
      await start("memory-hog", machine, "const all = []; for (;;) all.push(Buffer.alloc(2 ** 24, 1))");
      const killed = "jsonpath={.status.containerStatuses[0].lastState.terminated.reason}";
      await eventually(
        90,
        () => environment.kubectl("get", "pod", "memory-hog", "--output", killed),
        (reason) => reason === "OOMKilled",
      );
      // Again and again.
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      expect(await vital(machine)).toBe(before);
      await remove("memory-hog");
      expect((await nodesOf(environment)).filter(({ isReady }) => isReady)).toHaveLength(machines.length);
      await isWell(environment, machines);
    },
    minutes(8),
  );
});

describe("a pod that writes without end", () => {
  const writes =
    'const fs = require("fs"); const bytes = Buffer.alloc(2 ** 22, 7);' +
    'for (let i = 0; ; i++) { const file = fs.openSync("/data/" + i, "w");' +
    "for (let j = 0; j < 64; j++) fs.writeSync(file, bytes); fs.closeSync(file); }";

  test("is stopped and evicted before any kubelet, or etcd, wants for room", async () => {
    const before = await vital("control-plane-0");
    await start("writer", "worker-0", writes);
    const isThere = ["get", "pod", "writer", "--ignore-not-found", "--output", "name"];
    let least = disk.freeBytes();
    await eventually(
      180,
      async () => {
        least = Math.min(least, disk.freeBytes());
        return await environment.kubectl(...isThere);
      },
      (name) => name === "",
    );
    // What it wrote goes with it.
    await eventually(
      90,
      () => Promise.resolve(disk.freeBytes()),
      (free) => free > 3 * 2 ** 30,
    );
    console.log(`at least ${(least / 1e9).toFixed(1)} GB of the disk were free`);
    expect(least).toBeGreaterThan(2 ** 29);
    expect(await vital("control-plane-0")).toBe(before);
    const events = await environment.kubectl(
      "get",
      "events",
      "--field-selector",
      "reason=FillsDisk",
      "--output=json",
    );
    expect(events).toMatch(
      /It wrote \d+ MB each second, and \d.\d GB of the disk, .*: it is stopped and evicted/,
    );
    expect(await victims()).toEqual([]);
    await isWell(environment, machines);
  });
});

describe("a node that does not come back", () => {
  test(
    "is told with what to do after five minutes, and is made anew by that",
    async () => {
      await environment.inMachine("worker-1", "systemctl", "stop", "kubelet");
      const drift = await eventually(
        480,
        () => environment.make("drift"),
        ({ output }) => output.includes("On worker-1 the node has not been ready for"),
      );
      expect(drift.failed).toBe(true);
      const preview = await environment.succeedMake("preview");
      expect(preview).toMatch(
        /nodes: worker-1 has not been ready for \d+ minutes.*; make replace MACHINE=worker-1 makes it anew/,
      );
      await environment.succeedMake("replace", "MACHINE=worker-1");
      await isWell(environment, machines);
      expect((await environment.make("drift")).output).toContain("Nothing has drifted");
    },
    minutes(20),
  );
});
