import { drillName, drillSettings } from "../../../../toolchain/cluster-backups/drill-plan";

test.each([
  ["dev", "dev-drill"],
  ["a-name-of-20-characte", "a-name-of-20-c-drill"],
  ["a-name-of-13c-x", "a-name-of-13c-drill"],
])("the drill of %s is %s", (environment, name) => {
  expect(drillName(environment)).toBe(name);
  expect(name.length).toBeLessThanOrEqual(20);
});

test("a drill is small, apart from the environment, and otherwise like it", () => {
  const settings = {
    config: {
      "slipway:kubernetesVersion": "1.36.3",
      "slipway:controlPlane": { count: 3, memory: "4Gi" },
      "slipway:pools": [{ name: "general", count: 5, labels: { disk: "fast" } }, { name: "gpu" }],
      "slipway:networks": { machines: "10.90.0.0/24", pods: "10.200.0.0/16" },
      "slipway:ports": { shop: 8080 },
      "slipway:shop": "monolith",
      "slipway:gitops": { port: 16000 },
    },
  };
  expect(JSON.parse(JSON.stringify(drillSettings(settings)))).toEqual({
    config: {
      "slipway:controlPlane": { count: 1, memory: "4Gi" },
      "slipway:pools": [
        { name: "general", count: 1, labels: { disk: "fast" } },
        { name: "gpu", count: 1 },
      ],
      "slipway:networks": { pods: "10.200.0.0/16" },
      "slipway:shop": "monolith",
      "slipway:gitops": {},
      "slipway:clusterBackup": { enabled: false },
    },
  });
});

test.each([undefined, {}, { config: {} }])(
  "an environment of defaults has one of one worker: %j",
  (settings) => {
    expect(JSON.parse(JSON.stringify(drillSettings(settings)))).toEqual({
      config: { "slipway:pools": [{ count: 1 }], "slipway:clusterBackup": { enabled: false } },
    });
  },
);
