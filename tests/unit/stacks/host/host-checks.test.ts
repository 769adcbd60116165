import { ConfigurationError, type EnvironmentConfig, loadConfigFor } from "../../../../stacks/config";
import { hostProblems } from "../../../../stacks/host/host-checks";
import type { HostFacts } from "../../../../stacks/host/host-facts";
import { badHosts, docker, goodHost, owner, remains } from "./bad-hosts";

function load(
  settings: Readonly<Record<string, unknown>>,
  facts: Partial<HostFacts>,
  stackName = "dev",
): Promise<EnvironmentConfig> {
  return loadConfigFor(stackName, settings, { kubernetesVersions: ["1.36.3"] }, (config, written) =>
    hostProblems({ config, settings: written, owner }, { ...goodHost, ...facts }),
  );
}

async function refusal(...args: Parameters<typeof load>): Promise<ConfigurationError> {
  try {
    await load(...args);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error;
    }
    throw error;
  }
  throw new Error("the host was taken");
}

describe("a host that has not what an environment needs is refused with one line", () => {
  test.each(badHosts.map((bad) => [bad.line, bad] as const))("%s", async (line, { settings = {}, facts }) => {
    expect((await refusal(settings, facts)).message.split("\n").slice(1)).toEqual([`  ${line}`]);
  });
});

describe("nothing stands in the way", () => {
  test("of the first environment on a host", async () => {
    expect((await load({}, {})).name).toBe("dev");
  });

  test("of an environment that is there already, on a disk that is full", async () => {
    const own = { ...docker, ...remains(owner) };
    const facts = {
      docker: own,
      freeBytes: 0,
      listeningPorts: [29993, 29994, 29995],
      networks: [
        { cidr: "10.95.38.0/24", interface: "br-1" },
        { cidr: "10.95.38.1/24", interface: "br-1" },
      ],
    };
    expect((await load({}, facts)).name).toBe("dev");
    // Its ports may change places, and its network may grow.
    const changed = { ports: { api: 29995, registry: 29993 }, networks: { machines: "10.95.0.0/16" } };
    expect((await load(changed, facts)).ports.api).toBe(29995);
    expect((await refusal({ pools: [{ count: 3 }] }, facts)).message).toContain("1 new machine needs");
  });

  test("of one beside another of a different name", async () => {
    const facts = { docker: { ...docker, ...remains("another") }, listeningPorts: [29993, 29994, 29995] };
    expect((await load({}, facts, "dev-2")).name).toBe("dev-2");
  });

  test("of machines that use all that the host has, or that are not made", async () => {
    expect((await load({ controlPlane: { cpus: 8, memory: "23Gi" } }, {})).controlPlane.cpus).toBe(8);
    expect((await load({ pools: [{ count: 0, cpus: 64, memory: "64Gi" }] }, {})).pools).toHaveLength(1);
  });

  test("where the host's own ports, networks and disk are not known", async () => {
    const unknown = { freeBytes: undefined, listeningPorts: [], networks: [] };
    expect((await load({}, unknown)).name).toBe("dev");
  });
});

describe("the host's problems", () => {
  const settings = {
    kubernetesVersion: "1.0.0",
    controlPlane: { memory: "64Gi" },
    pools: [{ cpus: 64 }],
    ports: { api: 6443, shop: 80, registry: 5000 },
    networks: { machines: "192.168.1.0/24" },
  };
  const facts = { listeningPorts: [6443, 29994], freeBytes: 0, docker: { ...docker, version: "19.03.1" } };

  test("are reported with all that is wrong with the settings", async () => {
    // Whether the default of the shop's port is in use says nothing of the port that was meant.
    expect((await refusal(settings, facts)).problems.map(({ setting }) => setting)).toEqual([
      "slipway:kubernetesVersion",
      "slipway:ports.shop",
      "Docker",
      "slipway:pools[0].cpus",
      "slipway:controlPlane.memory",
      "slipway:ports.api",
      "slipway:networks.machines",
      "Docker",
    ]);
  });

  test("leave out what follows from a wrong name or number", async () => {
    const taken = { listeningPorts: Array.from({ length: 65536 }, (_, port) => port) };
    const error = await refusal(
      { ports: { api: 6443 }, pools: [{ count: "many", cpus: 64 }] },
      { ...taken, freeBytes: 0 },
      "My Stack",
    );
    expect(error.problems.map(({ setting }) => setting)).toEqual([
      "stack name",
      "slipway:pools[0].count",
      "slipway:ports.api",
    ]);
  });

  test("are one where Docker is silent: nobody knows then which ports are the environment's own", async () => {
    const silent = { docker: { failure: "silent", reason: "x\u001b[31m" } as const, listeningPorts: [29993] };
    expect((await refusal({}, silent)).problems).toEqual([
      expect.objectContaining({
        setting: "Docker",
        message: 'its daemon does not answer, "x\\u001b[31m"; start it, or correct DOCKER_HOST',
      }),
    ]);
  });
});
