import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { parse } from "yaml";

import { addressPlan } from "../../../components/machines/address-plan";
import { ConfigurationError, loadConfig, readStackConfig } from "../../../stacks/config";
import { toolchainFacts } from "../../../stacks/toolchain-facts";
import { kubernetesVersions } from "../../../toolchain/kubernetes-versions";
import { facts, settingsOf, stackName, validConfig } from "./any-config";

describe("the version of Kubernetes", () => {
  const versionOf = (settings: Record<string, unknown>, running?: string): string =>
    loadConfig("dev", settings, toolchainFacts(running === undefined ? [] : [running])).kubernetesVersion;

  test("is the newest for a new environment", () => {
    expect(versionOf({})).toBe(kubernetesVersions[0]);
  });

  test.each(kubernetesVersions)("stays what an environment runs where nothing is written: %s", (running) => {
    expect(versionOf({}, running)).toBe(running);
  });

  test.each(kubernetesVersions)(
    "is what is written, if what runs may become that: %s",
    (kubernetesVersion) => {
      for (const running of [kubernetesVersion, "untold", undefined]) {
        expect(versionOf({ kubernetesVersion }, running)).toBe(kubernetesVersion);
      }
    },
  );

  test.each([
    ["1.30.0", "is missing, and the toolchain does not have the 1.30.0 that the environment runs"],
    ["untold", "is missing, and what is left of the environment does not tell which it ran"],
  ])("has to be written where what runs is %s", (running, message) => {
    const advice = "write 1.37.2, 1.36.3 or 1.35.4";
    expect(() => versionOf({}, running)).toThrow(`slipway:kubernetesVersion: ${message}; ${advice}`);
  });
});

describe("a configuration without settings", () => {
  test("of the stack dev is this one", () => {
    expect(loadConfig("dev", {}, facts)).toEqual({
      name: "dev",
      platform: "docker",
      kubernetesVersion: "1.36.3",
      controlPlane: { count: 1, cpus: 2, memoryMiB: 3072 },
      pools: [
        {
          name: "worker",
          count: 2,
          cpus: 2,
          memoryMiB: 3072,
          labels: {},
          taints: [],
          maxUnavailable: 1,
          addressBlock: 1,
        },
      ],
      networks: { machines: "10.95.38.0/24", pods: "10.244.0.0/16", services: "10.96.0.0/12" },
      ports: { api: 29993, shop: 29994, registry: 29995, shopTls: 30563 },
      shop: "microservices",
      hosts: [],
      dns: { stubDomains: {}, hosts: {}, upstream: [] },
      tenants: { loadBalancers: false, ingressAnnotations: [] },
      storage: { defaultClass: "recycle" },
      certificates: { validitySeconds: 365 * 86_400 },
      clusterBackup: { enabled: true, intervalMinutes: 60, keep: { hourly: 24, daily: 7, weekly: 4 } },
    });
  });

  test("has GitOps when it is asked for, with a port that no other environment has by default", () => {
    expect(loadConfig("dev", { gitops: {} }, facts).gitops).toEqual({ port: 19331, intervalSeconds: 10 });
    const given = { port: 3000, intervalSeconds: 60 };
    expect(loadConfig("dev", { gitops: given }, facts).gitops).toEqual(given);
  });

  test("is valid for every stack name, the same every time, and apart from what others use", () => {
    fc.assert(
      fc.property(stackName, (name) => {
        const config = loadConfig(name, {}, facts);
        const { api, shop, registry } = config.ports;
        expect(loadConfig(name, {}, facts)).toEqual(config);
        expect(config.networks.machines).toMatch(/^10\.(8[89]|9[0-5])\.\d+\.0\/24$/);
        expect(addressPlan(config.networks.machines).prefixLength).toBe(24);
        expect([shop, registry]).toEqual([api + 1, api + 2]);
        expect((api - 20000) % 3).toBe(0);
        expect(api).toBeGreaterThanOrEqual(20000);
        expect(registry).toBeLessThan(30000);
      }),
    );
  });

  test("seldom shares a network or a port with another stack's", () => {
    const configs = Array.from({ length: 300 }, (_, number) => loadConfig(`env-${number}`, {}, facts));
    // By chance 300 picks hit 279 of 2048 networks and 287 of 3333 triples of ports.
    expect(new Set(configs.map(({ networks }) => networks.machines)).size).toBeGreaterThan(265);
    expect(new Set(configs.map(({ ports }) => ports.api)).size).toBeGreaterThan(275);
    const usual = ["dev", "staging", "prod", "test", "e2e", "ci", "bench", "demo"].map((name) =>
      loadConfig(name, {}, facts),
    );
    expect(new Set(usual.map(({ networks }) => networks.machines)).size).toBe(usual.length);
    expect(new Set(usual.map(({ ports }) => ports.api)).size).toBe(usual.length);
  });
});

describe("settings", () => {
  test("override defaults one by one", () => {
    const config = loadConfig(
      "dev",
      {
        kubernetesVersion: "1.37.2",
        controlPlane: { count: 3, memory: "1536Mi" },
        pools: [
          { name: "general" },
          {
            name: "gpu",
            count: 0,
            cpus: 0.5,
            memory: "1.5Gi",
            labels: { "example.com/gpu": "a100", "node.kubernetes.io/disk": "" },
            taints: [
              { key: "gpu", value: "yes", effect: "NoSchedule" },
              { key: "gpu", effect: "NoExecute" },
            ],
            maxUnavailable: 3,
            addressBlock: 15,
          },
        ],
        networks: { pods: "100.64.0.0/14" },
        ports: { shop: 8080 },
        shop: "monolith",
        hosts: ["shop.example.org", "10.0.0.7"],
        dns: { stubDomains: { "corp.example.org": ["10.0.0.53"] } },
        tenants: { ingressAnnotations: ["example.org/timeout"] },
        storage: { defaultClass: "keep" },
        certificates: { validity: "12h" },
        clusterBackup: { intervalMinutes: 30, recipient: `age1${"q".repeat(58)}` },
        gitops: { port: 16000 },
      },
      facts,
    );
    const defaults = loadConfig("dev", {}, facts);
    expect(config).toEqual({
      name: "dev",
      platform: "docker",
      kubernetesVersion: "1.37.2",
      controlPlane: { count: 3, cpus: 2, memoryMiB: 1536 },
      pools: [
        {
          name: "general",
          count: 2,
          cpus: 2,
          memoryMiB: 3072,
          labels: {},
          taints: [],
          maxUnavailable: 1,
          addressBlock: 1,
        },
        {
          name: "gpu",
          count: 0,
          cpus: 0.5,
          memoryMiB: 1536,
          labels: { "example.com/gpu": "a100", "node.kubernetes.io/disk": "" },
          taints: [
            { key: "gpu", value: "yes", effect: "NoSchedule" },
            { key: "gpu", effect: "NoExecute" },
          ],
          maxUnavailable: 3,
          addressBlock: 15,
        },
      ],
      networks: { ...defaults.networks, pods: "100.64.0.0/14" },
      ports: { ...defaults.ports, shop: 8080 },
      shop: "monolith",
      hosts: ["shop.example.org", "10.0.0.7"],
      dns: { stubDomains: { "corp.example.org": ["10.0.0.53"] }, hosts: {}, upstream: [] },
      tenants: { loadBalancers: false, ingressAnnotations: ["example.org/timeout"] },
      storage: { defaultClass: "keep" },
      certificates: { validitySeconds: 43_200 },
      clusterBackup: { ...defaults.clusterBackup, intervalMinutes: 30, recipient: `age1${"q".repeat(58)}` },
      gitops: { port: 16000, intervalSeconds: 10 },
    });
  });

  test("may ask for control planes only", () => {
    expect(loadConfig("dev", { pools: [] }, facts).pools).toEqual([]);
  });

  test("may fill a network of pods to its last node", () => {
    const networks = { pods: "10.200.0.0/22" };
    expect(loadConfig("dev", { networks, pools: [{ count: 3 }] }, facts).networks.pods).toBe("10.200.0.0/22");
    expect(() => loadConfig("dev", { networks, pools: [{ count: 4 }] }, facts)).toThrow(
      "has a /24 for each of 4 nodes, not 5; write one of /21 or larger",
    );
  });

  test("that are valid come back as they were written", () => {
    fc.assert(
      fc.property(stackName, validConfig, (name, config) => {
        const loaded = loadConfig(name, settingsOf(config), facts);
        expect(loaded).toEqual({ name, ...config });
        expect(loadConfig(name, settingsOf(loaded), facts)).toEqual(loaded);
      }),
    );
  });

  test("that are anything at all are taken, or refused in printable lines", () => {
    const settings = [
      "platform",
      "aws",
      "kubernetesVersion",
      "controlPlane",
      "pools",
      "networks",
      "ports",
      "shop",
      "hosts",
      "storage",
    ] as const;
    const fields = ["name", "count", "cpus", "memory", "labels", "taints", "machines", "pods", "api", "shop"];
    const group = fc.dictionary(
      fc.oneof(fc.constantFrom(...fields), fc.string({ unit: "binary" })),
      fc.jsonValue(),
    );
    const value = fc.oneof(fc.jsonValue(), group, fc.array(group));
    const raw = fc.dictionary(fc.oneof(fc.constantFrom(...settings), fc.string({ unit: "binary" })), value);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), raw, (name, written) => {
        try {
          loadConfig(name, written, facts);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          const { message, problems } = error as ConfigurationError;
          expect(message).toMatch(/^[ -~\n]+$/);
          expect(message.split("\n")).toHaveLength(1 + problems.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("the settings of a stack", () => {
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
  });

  test("are all those of the namespace, parsed as Pulumi hands them over", () => {
    pulumi.runtime.setAllConfig({
      "slipway:kubernetesVersion": "1.36.3",
      "slipway:controlPlane": '{"count":3,"cpus":1.5}',
      "slipway:pools": '[{"name":"worker"},null]',
      "slipway:ports": "6443",
      "slipway:networks": "{not JSON",
      "slipway:misspelled": "",
      "other:pools": "[]",
      "slipwayx:pools": "[]",
    });
    expect(readStackConfig()).toEqual({
      kubernetesVersion: "1.36.3",
      controlPlane: { count: 3, cpus: 1.5 },
      pools: [{ name: "worker" }, null],
      ports: "6443",
      networks: "{not JSON",
      misspelled: "",
    });
  });

  test("are none where nothing is set", () => {
    pulumi.runtime.setAllConfig({});
    expect(readStackConfig()).toEqual({});
  });

  const root = join(__dirname, "../../..");
  test.each(readdirSync(root).filter((file) => /^Pulumi\..+\.yaml$/.test(file)))(
    "in %s are valid",
    (file) => {
      const { config } = parse(readFileSync(join(root, file), "utf8")) as { config: Record<string, unknown> };
      const raw = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key.replace(/^slipway:/, ""), value]),
      );
      const name = file.replace(/^Pulumi\.|\.yaml$/g, "");
      expect(loadConfig(name, raw, toolchainFacts()).name).toBe(name);
    },
  );
});
