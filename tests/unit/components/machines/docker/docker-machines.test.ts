import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { DockerMachines, type MachineSpec } from "../../../../../components/machines";
import { dockerMachinesArgs } from "../../../../support/docker-machines-args";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const args = {
  ...dockerMachinesArgs("test", "10.88.4.0/24"),
  exposedPorts: [{ hostPort: 18080, nodePort: 30080 }],
};

const worker: MachineSpec = {
  slot: { role: "worker", pool: "worker", index: 1 },
  cpus: 1.5,
  memoryMiB: 2048,
  kubernetesVersion: "1.36.3",
  userData: "#cloud-config\n{}\n",
};

const registered = (...specs: MachineSpec[]): Promise<Registered[]> =>
  registeredBy((options) => {
    const machines = new DockerMachines("test", args, options);
    machines.trust(pulumi.output("authority"));
    for (const spec of specs) machines.createMachine(spec, { parent: machines });
  });

/** How the engine is told that a value is secret. */
interface Secret<T> {
  readonly "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270";
  readonly value: T;
}

interface ContainerInputs {
  readonly name: string;
  readonly memory?: number;
  readonly memorySwap?: number;
  readonly cpus?: string;
  readonly privileged?: boolean;
  readonly capabilities: { readonly adds?: string[]; readonly drops?: string[] };
  readonly networksAdvanced: { ipv4Address: string; aliases?: string[] }[];
  readonly ports?: { internal: number; external: number; ip: string }[];
  readonly uploads?: Secret<{ file: string; content: string }[]>;
  readonly volumes?: { volumeName: string; containerPath: string }[];
  readonly labels?: { label: string; value: string }[];
}

function containers(resources: readonly Registered[]): Map<string, ContainerInputs> {
  const found = resources.filter(({ type }) => type === "docker:index/container:Container");
  return new Map(found.map(({ inputs }) => [String(inputs.name), inputs as unknown as ContainerInputs]));
}

function container(resources: readonly Registered[], name: string): ContainerInputs {
  const inputs = containers(resources).get(name);
  if (!inputs) throw new Error(`no container ${name}`);
  return inputs;
}

describe("DockerMachines", () => {
  it("makes a network, a load balancer and a registry before any machine", async () => {
    expect(countByType(await registered())).toEqual({
      "slipway:machines:DockerMachines": 1,
      "slipway:machines:LoadBalancer": 1,
      "pulumi-nodejs:dynamic/machines:LoadBalancerAuthority": 1,
      "slipway:machines:Registry": 1,
      "docker:index/network:Network": 1,
      "docker:index/remoteImage:RemoteImage": 3,
      "docker:index/container:Container": 2,
      "docker:index/volume:Volume": 2,
      "pulumi-nodejs:dynamic/pki:Password": 2,
    });
  });

  it("tells the registry who may push by hashes of passwords that only the program has", async () => {
    const resources = await registered();
    const container = inputsOf(resources, "docker:index/container:Container", "test-registry");
    const { uploads: files } = container as unknown as { uploads: { file: string; content: string }[] };
    expect(files.map(({ file }) => file)).toEqual(["/etc/registry/program", "/etc/registry/charts"]);
    for (const { content } of files) expect(content).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it("keeps one volume when it is destroyed, which every machine has at the folder that its facts name", async () => {
    const retained: string[] = [];
    const resources = await registeredBy(({ transformations = [], ...options }) => {
      const note: pulumi.ResourceTransformation = ({ name, opts }) => {
        if (opts.retainOnDelete === true) retained.push(name);
        return undefined;
      };
      const machines = new DockerMachines("test", args, {
        ...options,
        transformations: [...transformations, note],
      });
      machines.createMachine(worker, { parent: machines });
      expect(machines.facts.keptFolder).toBe("/var/lib/slipway/kept");
    });
    expect(retained).toEqual(["test-kept"]);
    expect(inputsOf(resources, "docker:index/volume:Volume", "test-kept")).toMatchObject({
      name: "slipway-test-kept",
    });
    expect(container(resources, "slipway-test-worker-1").volumes).toContainEqual({
      volumeName: "slipway-test-kept",
      containerPath: "/var/lib/slipway/kept",
    });
  });

  it("adds one container and one volume for each machine", async () => {
    const counts = countByType(await registered(worker, { ...worker, slot: { ...worker.slot, index: 0 } }));
    expect(counts["docker:index/container:Container"]).toBe(2 + 2);
    expect(counts["docker:index/volume:Volume"]).toBe(2 + 2);
  });

  it("names everything after the environment, and publishes on this host's own address only", async () => {
    const found = containers(await registered(worker));
    expect([...found.keys()].sort()).toEqual([
      "slipway-test-load-balancer",
      "slipway-test-registry",
      "slipway-test-worker-1",
    ]);
    const ports = [...found.values()].flatMap((inputs) => inputs.ports ?? []);
    expect(ports.sort((one, other) => one.external - other.external)).toEqual([
      { internal: 5000, external: 15000, ip: "127.0.0.1" },
      { internal: 6443, external: 16443, ip: "127.0.0.1" },
      { internal: 30080, external: 18080, ip: "127.0.0.1" },
    ]);
  });

  it.each([
    ["with the owner's where there is one", "0123456789abcdef"],
    ["without an owner's where there is none", undefined],
  ])("labels all that it makes on the daemon with the environment's name, %s", async (_, owner) => {
    const resources = await registeredBy((options) => {
      const machines = new DockerMachines("test", owner === undefined ? args : { ...args, owner }, options);
      machines.trust(pulumi.output("authority"));
      machines.createMachine(worker, { parent: machines });
    });
    const made = resources.filter(({ type }) => /:(Container|Volume|Network)$/.test(type));
    expect(made).toHaveLength(3 + 3 + 1);
    const expected = [
      { label: "slipway.environment", value: "test" },
      ...(owner === undefined ? [] : [{ label: "slipway.owner", value: owner }]),
    ];
    for (const { inputs } of made) {
      const labels = inputs.labels as { label: string; value: string }[];
      const others = ["slipway.role", "slipway.kubernetes", "slipway.revision"];
      expect(labels.filter(({ label }) => !others.includes(label))).toEqual(expected);
    }
  });

  it("labels a machine with its version, and with a revision that changes with all that replaces it", async () => {
    const labels = async (spec: MachineSpec): Promise<Map<string, string>> => {
      const { labels: found } = container(await registered(spec), "slipway-test-worker-1");
      return new Map(found?.map(({ label, value }) => [label, value]));
    };
    const first = await labels(worker);
    expect(first.get("slipway.kubernetes")).toBe("1.36.3");
    expect(first.get("slipway.revision")).toMatch(/^[0-9a-f]{16}$/);
    expect(await labels(worker)).toEqual(first);
    const others = [{ userData: "#cloud-config\n{a: 1}\n" }, { memoryMiB: 4096 }, { cpus: 2 }];
    const revisions: (string | undefined)[] = [];
    for (const change of others) {
      revisions.push((await labels({ ...worker, ...change })).get("slipway.revision"));
    }
    expect(new Set([...revisions, first.get("slipway.revision")]).size).toBe(4);
  });

  it("gives each machine its fixed address, its limits and no swap", async () => {
    const inputs = container(await registered(worker), "slipway-test-worker-1");
    expect(inputs.networksAdvanced).toMatchObject([{ ipv4Address: "10.88.4.17", aliases: ["nodes"] }]);
    expect(inputs).toMatchObject({ cpus: "1.5", memory: 2048, memorySwap: 2048 });
    expect(inputs.volumes).toEqual([
      { volumeName: "slipway-test-worker-1", containerPath: "/var" },
      { volumeName: "slipway-test-kept", containerPath: "/var/lib/slipway/kept" },
    ]);
  });

  it.each([
    [2, "2.0"],
    [0.5, "0.5"],
    [1.25, "1.25"],
    [10, "10."],
  ])(
    "writes %d processors as the provider reads them back, so that nothing changes",
    async (cpus, written) => {
      const inputs = container(await registered({ ...worker, cpus }), "slipway-test-worker-1");
      expect(inputs.cpus).toBe(written);
    },
  );

  it("lets the load balancer find control planes by name", async () => {
    const resources = await registered({ ...worker, slot: { role: "control-plane", index: 2 } });
    expect(container(resources, "slipway-test-control-plane-2").networksAdvanced).toMatchObject([
      { ipv4Address: "10.88.4.10", aliases: ["nodes", "control-planes"] },
    ]);
  });

  it("tells the load balancer by whom the API's certificates have to be signed", async () => {
    const { uploads } = container(await registered(), "slipway-test-load-balancer");
    expect(uploads).toMatchObject([
      { file: "/etc/haproxy/haproxy.cfg" },
      { file: "/etc/haproxy/authority.crt", content: "authority" },
    ]);
  });

  it("tells the load balancer of other authorities while it goes on", async () => {
    const told = (await registered()).find(({ name }) => name === "test-load-balancer-authority");
    expect(told?.inputs).toMatchObject({
      container: "test-load-balancer",
      authority: "authority",
      path: "/etc/haproxy/authority.crt",
    });
  });

  it("is never privileged", async () => {
    const machine = container(await registered(worker), "slipway-test-worker-1");
    expect(machine.privileged).toBeUndefined();
    expect(machine.capabilities).toEqual({ adds: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"] });
    const balancer = container(await registered(), "slipway-test-load-balancer");
    expect(balancer.capabilities).toEqual({ drops: ["ALL"] });
  });

  it("hands the document over as a secret seed whose instance id follows from its content", async () => {
    const instanceId = async (userData: string): Promise<string> => {
      const { uploads } = container(await registered({ ...worker, userData }), "slipway-test-worker-1");
      expect(uploads).toMatchObject({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value: [
          { file: "/var/lib/cloud/seed/nocloud/user-data", content: userData, permissions: "0600" },
          { file: "/var/lib/cloud/seed/nocloud/meta-data" },
        ],
      });
      const metaData = parse(uploads?.value[1]?.content ?? "") as Record<string, string>;
      return metaData["instance-id"] ?? "";
    };
    const [one, same, other] = [await instanceId("a"), await instanceId("a"), await instanceId("b")];
    expect(one).toMatch(/^worker-1-[0-9a-f]{12}$/);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it("says which pool has no block of addresses", async () => {
    await registeredBy((options) => {
      const machines = new DockerMachines("test", args, options);
      expect(() => machines.address({ role: "worker", pool: "gpu", index: 0 })).toThrow(
        'addressBlocks has no block for pool "gpu"; add one from 1 to 15',
      );
    });
  });

  it("tells containerd where the registry is that images are named after", async () => {
    await registeredBy((options) => {
      expect(new DockerMachines("test", args, options).facts.files).toEqual([
        {
          path: "/etc/containerd/certs.d/127.0.0.1:15000/hosts.toml",
          content: 'server = "http://10.88.4.3:5000"\n',
        },
      ]);
    });
  });
});
