import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";

import { ConfigurationError, loadConfig } from "../../../stacks/config";
import { toolchainFacts } from "../../../stacks/toolchain-facts";
import { badConfigurations } from "./bad-configurations";
import { badHosts } from "./host/bad-hosts";

const facts = toolchainFacts();

function refusal(stackName: string, settings: Readonly<Record<string, unknown>>): ConfigurationError {
  try {
    loadConfig(stackName, settings, facts);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return error;
    }
    throw error;
  }
  throw new Error(`${JSON.stringify(settings)} was taken`);
}

describe("a bad configuration is refused with one line", () => {
  test.each(badConfigurations.map((bad) => [bad.line, bad] as const))(
    "%s",
    (line, { stackName = "dev", settings }) => {
      const [heading, ...lines] = refusal(stackName, settings).message.split("\n");
      expect(lines).toEqual([`  ${line}`]);
      expect(heading).toMatch(/^The configuration of stack ".*" has a problem:$/);
    },
  );
});

describe("several problems", () => {
  test("are all reported together, between settings too", () => {
    const error = refusal("My Stack", {
      kubernetesVersion: "1.0.0",
      controlPlane: { count: 2, memory: "64Mi", cpu: 1 },
      pools: [
        { name: "a", count: -1, addressBlock: 3 },
        { name: "a", memory: 5, labels: { "a b": "x", "k8s.io/x": "y", ok: "é" } },
        null,
        { name: "c", taints: [{ key: "x" }, { effect: "Never" }], addressBlock: 3 },
      ],
      networks: { machines: "nowhere", pods: "10.0.0.0/16", services: "10.0.128.0/17" },
      ports: { api: 1, shop: 7000, registry: 7000 },
      tls: true,
    });
    expect(error.problems.map(({ setting }) => setting).sort()).toEqual(
      [
        "stack name",
        "slipway:kubernetesVersion",
        "slipway:controlPlane.count",
        "slipway:controlPlane.memory",
        "slipway:controlPlane.cpu",
        "slipway:pools[0].count",
        "slipway:pools[1].name",
        "slipway:pools[1].memory",
        'slipway:pools[1].labels["a b"]',
        'slipway:pools[1].labels["k8s.io/x"]',
        "slipway:pools[1].labels.ok",
        "slipway:pools[2]",
        "slipway:pools[3].taints[0].effect",
        "slipway:pools[3].taints[1].key",
        "slipway:pools[3].taints[1].effect",
        "slipway:pools[3].addressBlock",
        "slipway:networks.machines",
        "slipway:networks.services",
        "slipway:ports.api",
        "slipway:ports.registry",
        "slipway:tls",
      ].sort(),
    );
    expect(error.message.split("\n")).toHaveLength(1 + error.problems.length);
    expect(error.message).toMatch(/^The configuration of stack "My Stack" has 21 problems:\n/);
  });

  test("leave out what would only follow from another one", () => {
    // Neither the overlap with a default network nor a missing room for pods is known while the networks are not.
    const error = refusal("dev", {
      pools: [{ count: "many" }],
      networks: { machines: "10.244.0.0/24", podz: "10.0.0.0/16", services: "10.96.0.0/33" },
    });
    expect(error.problems.map(({ setting }) => setting)).toEqual([
      "slipway:pools[0].count",
      "slipway:networks.services",
      "slipway:networks.podz",
    ]);
  });

  test("of one pool keep the numbers of the others", () => {
    const error = refusal("dev", { pools: ["x", { name: "a" }, { name: "a" }] });
    expect(error.problems).toMatchObject([
      { setting: "slipway:pools[0]" },
      {
        setting: "slipway:pools[2].name",
        message: '"a" is already the name of slipway:pools[1]; write another one',
      },
    ]);
  });
});

test("an error is its message where it is inspected, as Pulumi does", () => {
  const error = refusal("dev", { ports: 1 });
  expect(inspect(error, { colors: true })).toBe(error.message);
});

test("the value under an unknown name is not shown: it may be a secret", () => {
  expect(refusal("dev", { registryPassword: "hunter2" }).message).not.toContain("hunter2");
});

test("names that every object has are unknown settings too", () => {
  const raw = JSON.parse('{"__proto__": 1, "constructor": {}, "pools": [{"toString": 1}]}') as Record<
    string,
    unknown
  >;
  expect(refusal("dev", raw).problems.map(({ setting }) => setting)).toEqual([
    "slipway:pools[0].toString",
    'slipway:["__proto__"]',
    "slipway:constructor",
  ]);
});

test("every version is named when the toolchain has several", () => {
  const several = { kubernetesVersions: ["1.36.3", "1.37.2"] } as const;
  expect(() => loadConfig("dev", { kubernetesVersion: "1.35.0" }, several)).toThrow("write 1.36.3 or 1.37.2");
  expect(loadConfig("dev", {}, several).kubernetesVersion).toBe("1.36.3");
  expect(loadConfig("dev", { kubernetesVersion: "1.37.2" }, several).kubernetesVersion).toBe("1.37.2");
});

test.each([
  ["1.37.2", ["1.35.4"], "1.37.2 skips 1.36; the cluster has 1.35.4; write 1.36.3 first"],
  [
    "1.35.4",
    ["1.36.3"],
    "1.35.4 is older than 1.36.3, which the cluster has; a cluster does not go back; write 1.36.3",
  ],
])("a version that the environment cannot change to is refused: %s after %j", (wanted, running, message) => {
  const load = () => loadConfig("dev", { kubernetesVersion: wanted }, toolchainFacts(running));
  expect(load).toThrow(`slipway:kubernetesVersion: ${message}`);
  expect(loadConfig("dev", {}, toolchainFacts(running)).kubernetesVersion).toBe(running[0]);
});

test("docs/configuration.md quotes messages as they are printed, one at least for each setting", () => {
  const page = readFileSync(join(__dirname, "../../../docs/configuration.md"), "utf8");
  const printed = new Set([...badConfigurations, ...badHosts].map(({ line }) => line));
  const quoted = [...page.matchAll(/`((?:slipway:|stack name: |Docker: )[^`]*; [^`]*)`/g)].map(
    ([, line = ""]) => line,
  );
  expect(quoted.filter((line) => !printed.has(line))).toEqual([]);
  // All kinds of what a host can lack, each in one of its lines.
  const kinds = ["not on PATH", "not answer", "may not talk", "too old", "are free", "another stack"];
  const more = [
    "processors of this host",
    "GiB of this host",
    "in all",
    "in use",
    "Docker network",
    "host's eth0",
  ];
  expect([...kinds, ...more].filter((kind) => !quoted.some((line) => line.includes(kind)))).toEqual([]);
  const settings = quoted.map((line) => line.replace(/: .*/, ""));
  expect(settings).toEqual(
    expect.arrayContaining([
      "stack name",
      "slipway:kubernetesVersion",
      "slipway:controlPlane.count",
      "slipway:controlPlane.cpus",
      "slipway:controlPlane.memory",
      "slipway:pools[0].name",
      "slipway:pools[0].count",
      "slipway:pools[0].cpus",
      "slipway:pools[0].memory",
      "slipway:pools[0].labels.disk",
      "slipway:pools[0].taints[0].effect",
      "slipway:pools[0].addressBlock",
      "slipway:networks.machines",
      "slipway:networks.pods",
      "slipway:networks.services",
      "slipway:ports.api",
      "slipway:ports.shop",
      "slipway:ports.registry",
    ]),
  );
});
